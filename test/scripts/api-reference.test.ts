import { expect, test } from "vitest";
import { exampleModules, typeErrors } from "../../scripts/api/check-examples.ts";
import { renderApi } from "../../scripts/api/markdown.ts";
import { missingDocs } from "../../scripts/api/missing-docs.ts";
import { publicApi, type PublicExport } from "../../scripts/api/public-api.ts";
import { ROOT } from "../support/cli.ts";

const FILES: Readonly<Record<string, string>> = {
  "src/index.ts": `
export { Machine } from "./parts/machine.ts";
export { Tool, add, type Options as ToolOptions } from "./parts/tool.ts";
`,
  "src/parts/machine.ts": `
/**
 * Runs.
 *
 * @example
 * new Machine().run("a");
 */
export class Machine<T> extends Base {
  readonly #hidden = 1;
  override readonly name = "Machine";
  /** In milliseconds. */
  readonly durationMs: number = 5;
  /** Says one
   * or many. */
  run(what: string): Promise<void>;
  run(what: readonly string[]): Promise<void>;
  async run(what: unknown): Promise<void> {}
  /** For the inside. @internal */
  static secret(): void {}
  private own(): void {}
  [Symbol.iterator](): void {}
}
`,
  "src/parts/tool.ts": `
import type { Tool as RealTool } from "./records.ts";
/** A tool. */
export type Tool = RealTool;
export const Tool = {
  /** Makes one. */
  make: (name: string): Tool => ({ name }),
  async load(path: string): Promise<Tool> {
    return Tool.make(path);
  },
};
/**
 * Adds.
 *
 * @example
 * const sum: number = add(1, 2);
 */
export function add(a: number, b: number): number {
  return a + b;
}
const optionsSchema = z.object({ ms: millis });
export type Options = z.infer<typeof optionsSchema>;
`,
  "src/parts/records.ts": `export interface Tool { readonly name: string }`,
};

const api = (): PublicExport[] => publicApi("src/index.ts", (path) => FILES[path] ?? "");
const named = (name: string, kind?: string): PublicExport | undefined =>
  api().find((one) => one.name === name && (kind === undefined || one.kind === kind));

test("exports are followed to their declarations, under the names by which they are exported", () => {
  expect(api().map(({ name, kind }) => `${kind} ${name}`)).toEqual([
    "class Machine",
    "type Tool",
    "object Tool",
    "function add",
    "type ToolOptions",
  ]);
  expect(named("add")?.signature).toBe("function add(a: number, b: number): number");
});

test("a class shows its public members, each overload once and none of its inside", () => {
  const machine = named("Machine");
  expect(machine?.signature).toBe("class Machine<T> extends Base");
  expect(machine?.members.map(({ name, signatures }) => [name, signatures])).toEqual([
    ["durationMs", ["readonly durationMs: number"]],
    ["run", ["run(what: string): Promise<void>", "run(what: readonly string[]): Promise<void>"]],
  ]);
});

test("an object shows its members, a type the record or the schema that it comes from", () => {
  expect(named("Tool", "object")?.members.map(({ signatures }) => signatures)).toEqual([
    ["make: (name: string): Tool"],
    ["load(path: string): Promise<Tool>"],
  ]);
  expect(named("Tool", "type")?.signature).toBe("interface Tool { readonly name: string }");
  expect(named("ToolOptions")?.signature).toContain("const optionsSchema = z.object({ ms: millis })");
});

test("an export without a docstring, and a function without an example, are named with their file", () => {
  expect(missingDocs(api())).toEqual([
    "src/parts/machine.ts: Machine.run has no @example",
    "src/parts/tool.ts: Tool has no docstring",
    "src/parts/tool.ts: Tool has no @example",
    "src/parts/tool.ts: Tool.make has no @example",
    "src/parts/tool.ts: Tool.load has no docstring",
    "src/parts/tool.ts: Tool.load has no @example",
    "src/parts/tool.ts: ToolOptions has no docstring",
  ]);
});

test("the reference has a docstring's lines as one paragraph, and every example", () => {
  const text = renderApi(api());
  expect(text).toContain("#### Machine.run");
  expect(text).toContain("Says one or many.");
  expect(text).toContain("```ts\nconst sum: number = add(1, 2);\n```");
  expect(text).not.toContain("secret");
});

test("an example that lies is found by the compiler, one that holds is not", () => {
  const modules = (example: string): Map<string, string> => {
    const doc = { text: "", examples: [example], internal: false };
    return exampleModules([{ name: "failure", kind: "function", file: "", signature: "", doc, members: [] }]);
  };
  expect(typeErrors(modules('const { code } = failure("overloaded", "busy");'), ROOT)).toBe("");
  expect(typeErrors(modules('const { code } = failure("busy");'), ROOT)).toContain("failure-1.mts");
});

test("what is not a plain re-export is refused, rather than left out", () => {
  expect(() => publicApi("a.ts", () => "export const a = 1;")).toThrow("all this script follows");
  expect(() => publicApi("a.ts", (path) => (path === "a.ts" ? 'export { b } from "./b.ts";' : ""))).toThrow(
    "b.ts declares no b",
  );
});
