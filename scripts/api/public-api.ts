import { posix } from "node:path";
import type { Class, Expression, Function, Statement } from "oxc-parser";
import { declarationIn, sourceModule, type Doc, type SourceModule, type Span } from "./source-module.ts";

/** A method or property of an exported class or object. */
export interface Member {
  readonly name: string;
  /** One for each overload. */
  readonly signatures: readonly string[];
  readonly doc: Doc | null;
  readonly callable: boolean;
}

/** One exported name; a name that is a value and a type comes twice. */
export interface PublicExport {
  readonly name: string;
  readonly kind: "class" | "function" | "object" | "value" | "type";
  readonly file: string;
  readonly signature: string;
  readonly doc: Doc | null;
  readonly members: readonly Member[];
}

/** Everything that an entry file exports by name, in its order. `readFile` takes paths relative to the root. */
export function publicApi(entry: string, readFile: (path: string) => string): PublicExport[] {
  const modules = new Map<string, SourceModule>();
  const moduleAt = (path: string): SourceModule => {
    const known = modules.get(path) ?? sourceModule(path, readFile(path));
    modules.set(path, known);
    return known;
  };
  const beside = (from: string, specifier: string): SourceModule =>
    moduleAt(posix.join(posix.dirname(from), specifier));
  return moduleAt(entry).program.body.flatMap((statement) => {
    if (statement.type !== "ExportNamedDeclaration" || statement.source === null) {
      throw new Error(`${entry} does more than \`export { names } from "file"\`, which is all this script follows`);
    }
    const module = beside(entry, statement.source.value);
    return statement.specifiers.flatMap(({ local, exported }) => {
      if (local.type !== "Identifier" || exported.type !== "Identifier") return [];
      return exportsOf(exported.name, local.name, module, beside);
    });
  });
}

type Beside = (from: string, specifier: string) => SourceModule;

function exportsOf(name: string, local: string, module: SourceModule, beside: Beside): PublicExport[] {
  const statements = module.declarationsOf(local);
  if (statements.length === 0) throw new Error(`${module.file} declares no ${local}`);
  return statements.map((statement) => {
    const { kind, signature, members } = shapeOf(local, declarationIn(statement), module, beside);
    return { name, kind, file: module.file, signature, doc: module.docOf(statement), members };
  });
}

type Shape = Pick<PublicExport, "kind" | "signature" | "members">;

function shapeOf(name: string, declaration: Statement, module: SourceModule, beside: Beside): Shape {
  if (declaration.type === "ClassDeclaration") {
    const head = module.text({ start: declaration.start, end: declaration.body.start }).trim();
    return { kind: "class", signature: head, members: classMembers(module, declaration) };
  }
  if (declaration.type === "FunctionDeclaration") {
    return { kind: "function", signature: withoutAsync(headOf(module, declaration, declaration)), members: [] };
  }
  if (declaration.type === "VariableDeclaration") {
    const value = declaration.declarations[0]?.init ?? null;
    const object = value === null || isTyped(declaration) ? null : objectIn(value);
    if (object === null) return { kind: "value", signature: constSignature(module, declaration), members: [] };
    return { kind: "object", signature: `const ${name}`, members: objectMembers(module, object) };
  }
  return { kind: "type", signature: typeText(declaration, module, beside), members: [] };
}

/** What stands before a function's body. */
function headOf(module: SourceModule, whole: Span, { body }: Pick<Function, "body">): string {
  return module.text({ start: whole.start, end: body?.start ?? whole.end }).trim();
}

type Variables = Statement & { type: "VariableDeclaration" };

/** Whether a type of its own says what it is, rather than its value. */
function isTyped({ declarations: [first] }: Variables): boolean {
  return first?.id.type === "Identifier" && (first.id.typeAnnotation ?? null) !== null;
}

/** That it is `async` inside is not part of a signature; that it returns a promise is. */
function withoutAsync(signature: string): string {
  return signature.replace(/^(static )?async /, "$1");
}

function constSignature(module: SourceModule, declaration: Variables): string {
  const [first] = declaration.declarations;
  return first !== undefined && isTyped(declaration) ? `const ${module.text(first.id)}` : module.text(declaration);
}

function objectIn(value: Expression): (Expression & { type: "ObjectExpression" }) | null {
  if (value.type === "ObjectExpression") return value;
  return value.type === "TSAsExpression" || value.type === "TSSatisfiesExpression" ? objectIn(value.expression) : null;
}

function objectMembers(module: SourceModule, object: Expression & { type: "ObjectExpression" }): Member[] {
  return object.properties.flatMap((property) => {
    if (property.type !== "Property" || property.key.type !== "Identifier") return [];
    const { value, key } = property;
    const isFunction = value.type === "ArrowFunctionExpression" || value.type === "FunctionExpression";
    const head = isFunction
      ? module.text({ start: property.start, end: value.body?.start ?? value.end }).replace(/\s*=>\s*$/, "")
      : module.text(property);
    return [
      { name: key.name, signatures: [withoutAsync(head.trim())], doc: module.docOf(property), callable: isFunction },
    ];
  });
}

function classMembers(module: SourceModule, { body }: Class): Member[] {
  const members = new Map<string, Member & { readonly implemented: boolean }>();
  for (const member of body.body) {
    if (member.type !== "MethodDefinition" && member.type !== "PropertyDefinition") continue;
    const doc = module.docOf(member);
    const hidden = member.override || member.accessibility === "private" || doc?.internal === true;
    if (hidden || member.key.type !== "Identifier") continue;
    const method = member.type === "MethodDefinition";
    const { name } = member.key;
    const known = members.get(name);
    // The signature with the body, after overloads, is not part of the API.
    if (known !== undefined && method && member.value.body !== null) continue;
    const signature = method
      ? headOf(module, member, member.value)
      : module.text({ start: member.start, end: member.value?.start ?? member.end }).replace(/[\s=;]+$/, "");
    members.set(name, {
      name,
      signatures: [...(known?.signatures ?? []), withoutAsync(signature).replace(/;$/, "")],
      doc: known?.doc ?? doc,
      callable: method && member.kind === "method",
      implemented: method && member.value.body !== null,
    });
  }
  return [...members.values()];
}

/** A type's own text; for one that comes from a Zod schema, or from another file, the text of where it comes from. */
function typeText(declaration: Statement, module: SourceModule, beside: Beside): string {
  const own = module.text(declaration);
  if (declaration.type !== "TSTypeAliasDeclaration") return own;
  const type = declaration.typeAnnotation;
  if (type.type === "TSTypeReference" && type.typeName.type === "Identifier") {
    const imported = module.importOf(type.typeName.name);
    if (imported !== null) {
      const origin = beside(module.file, imported.from);
      const statement = origin.declarationsOf(imported.name)[0];
      if (statement !== undefined) return typeText(declarationIn(statement), origin, beside);
    }
  }
  const schemas = schemasIn(own, module, new Set());
  return [own, ...schemas].join("\n\n");
}

/** The schemas of the same file that a text names, and those that they name. */
function schemasIn(text: string, module: SourceModule, seen: Set<string>): string[] {
  const found: string[] = [];
  for (const name of text.match(/\b\w+Schema\b/g) ?? []) {
    const statement = seen.has(name) ? undefined : module.declarationsOf(name)[0];
    if (statement === undefined) continue;
    seen.add(name);
    const source = module.text(declarationIn(statement));
    found.push(source, ...schemasIn(source, module, seen));
  }
  return found;
}
