import { parseSync, type Comment, type Program, type Statement } from "oxc-parser";

/** A piece of the syntax tree. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A docstring: its prose, and the code of each `@example`. */
export interface Doc {
  readonly text: string;
  readonly examples: readonly string[];
  readonly internal: boolean;
}

/** One parsed source file. */
export interface SourceModule {
  readonly file: string;
  readonly program: Program;
  /** The source of a node, without what its lines are indented by. */
  text(span: Span): string;
  /** The docstring that ends where a node begins; null where there is none. */
  docOf(span: Span): Doc | null;
  /** The exported or plain declarations of a name: a type and a value may share one. */
  declarationsOf(name: string): readonly Statement[];
  /** The file and the name that an imported name stands for; null where it is none. */
  importOf(name: string): { readonly from: string; readonly name: string } | null;
}

/** Parses a source file; throws when it is not TypeScript. */
export function sourceModule(file: string, source: string): SourceModule {
  const { program, comments, errors } = parseSync(file, source);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${file}: ${error.message}`);
  return {
    file,
    program,
    text: ({ start, end }) => unindented(source.slice(start, end), columnOf(source, start)),
    docOf({ start }) {
      const before = comments.findLast((comment) => comment.end <= start);
      if (before === undefined || source.slice(before.end, start).trim() !== "") return null;
      return docIn(before);
    },
    declarationsOf: (name) => program.body.filter((statement) => declaredNames(statement).includes(name)),
    importOf(name) {
      for (const statement of program.body) {
        if (statement.type !== "ImportDeclaration") continue;
        for (const specifier of statement.specifiers) {
          if (specifier.type !== "ImportSpecifier" || specifier.local.name !== name) continue;
          const imported = specifier.imported;
          return { from: statement.source.value, name: imported.type === "Identifier" ? imported.name : name };
        }
      }
      return null;
    },
  };
}

/** The declaration inside an `export`, or the statement itself. */
export function declarationIn(statement: Statement): Statement {
  return statement.type === "ExportNamedDeclaration" && statement.declaration !== null
    ? statement.declaration
    : statement;
}

function declaredNames(statement: Statement): string[] {
  const declaration = declarationIn(statement);
  if (declaration.type === "VariableDeclaration") {
    return declaration.declarations.flatMap(({ id }) => (id.type === "Identifier" ? [id.name] : []));
  }
  const isNamed =
    declaration.type === "ClassDeclaration" ||
    declaration.type === "FunctionDeclaration" ||
    declaration.type === "TSInterfaceDeclaration" ||
    declaration.type === "TSTypeAliasDeclaration";
  return isNamed && declaration.id !== null ? [declaration.id.name] : [];
}

function docIn({ type, value }: Comment): Doc | null {
  if (type !== "Block" || !value.startsWith("*")) return null;
  const lines = value
    .slice(1)
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, ""));
  const [prose = "", ...examples] = lines.join("\n").split(/^@example\s*$/m);
  return {
    text: prose.replace("@internal", "").trim(),
    examples: examples.map((example) => example.trim()),
    internal: prose.includes("@internal"),
  };
}

function columnOf(source: string, offset: number): number {
  const line = source.slice(source.lastIndexOf("\n", offset - 1) + 1, offset);
  return line.length - line.trimStart().length;
}

function unindented(text: string, column: number): string {
  return text.replaceAll(new RegExp(`\\n {1,${Math.max(1, column)}}`, "g"), (found) =>
    found.length - 1 === column ? "\n" : found,
  );
}
