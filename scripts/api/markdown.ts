import type { Doc } from "./source-module.ts";
import type { Member, PublicExport } from "./public-api.ts";

const HEADER = `# API reference

Made from the docstrings of \`src/index.ts\` and the files it exports from by \`npm run api\`. Every example is type-checked. [How to begin](../examples/library.ts); [what the numbers mean](metrics.md); [the records](output-files.md); [failure codes](errors.md).

Everything that can be wrong with a call is a \`BenchError\` with a \`code\`, a message and a \`hint\`; a request that fails is a result, not an error. Names in snake_case are those of the files; times in them are milliseconds.
`;

/** The reference of an API, values before types, in the order of the entry file. */
export function renderApi(exports: readonly PublicExport[]): string {
  const values = exports.filter(({ kind }) => kind !== "type");
  const valueNames = new Set(values.map(({ name }) => name));
  // A type that shares its name with a value stands with the value.
  const types = exports.filter(({ kind, name }) => kind === "type" && !valueNames.has(name));
  const typeOf = (name: string): PublicExport | undefined =>
    exports.find((one) => one.kind === "type" && one.name === name);
  return [
    HEADER,
    "## Values\n",
    ...values.map((one) => section(one, typeOf(one.name))),
    "## Types\n",
    ...types.map((one) => section(one, undefined)),
  ].join("\n");
}

function section(one: PublicExport, type: PublicExport | undefined): string {
  const parts = [`### ${one.name}\n`, ...prose(one.doc)];
  if (one.kind !== "object") parts.push(code(one.signature));
  parts.push(...examples(one.doc));
  for (const member of one.members) parts.push(...memberSection(one.name, member));
  if (type !== undefined) parts.push(`#### The type ${one.name}\n`, ...prose(type.doc), code(type.signature));
  return parts.join("\n");
}

function memberSection(owner: string, { name, signatures, doc }: Member): string[] {
  const label = name === "constructor" ? `new ${owner}` : `${owner}.${name}`;
  return [`#### ${label}\n`, code(signatures.join("\n")), ...prose(doc), ...examples(doc)];
}

function prose(doc: Doc | null): string[] {
  return doc === null || doc.text === "" ? [] : [`${doc.text.replaceAll(/(?<!\n)\n(?!\n)/g, " ")}\n`];
}

function examples(doc: Doc | null): string[] {
  return (doc?.examples ?? []).flatMap((example) => ["Example:\n", code(example)]);
}

function code(text: string): string {
  return `\`\`\`ts\n${text}\n\`\`\`\n`;
}
