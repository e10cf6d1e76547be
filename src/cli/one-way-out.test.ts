import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSync, Visitor } from "oxc-parser";
import { describe, expect, it } from "vitest";

// What a command writes goes through `guardedOutput`, and JSON through `json-text.ts`: nothing else may reach a stream.

const SOURCE = new URL("..", import.meta.url).pathname;
const FILES = readdirSync(SOURCE, { recursive: true, encoding: "utf8" }).filter(
  (file) => file.endsWith(".ts") && !file.endsWith(".test.ts"),
);
/** The entries of processes, which have nothing to write but what is fixed or JSON for another program of ours. */
const ENTRIES = new Set(["cli/bin.ts", "cli/context.ts", "simulator/process.ts"]);

type Found = "a stream of the process" | "console" | "an escape character" | "JSON.stringify";

/** What of this a module uses, apart from types. */
function usedIn(file: string, source = readFileSync(join(SOURCE, file), "utf8")): Set<Found> {
  const found = new Set<Found>();
  const { program } = parseSync(file, source);
  new Visitor({
    MemberExpression({ object, property }) {
      if (object.type !== "Identifier" || property.type !== "Identifier") return;
      if (object.name === "process" && /^(stdout|stderr|_rawDebug)$/.test(property.name)) {
        found.add("a stream of the process");
      }
      if (object.name === "console") found.add("console");
      if (object.name === "JSON" && property.name === "stringify") found.add("JSON.stringify");
    },
    ImportSpecifier({ imported }) {
      if (imported.type === "Identifier" && /^(stdout|stderr)$/.test(imported.name))
        found.add("a stream of the process");
    },
    Literal({ value }) {
      // oxlint-disable-next-line no-control-regex -- the control character is what is looked for
      if (typeof value === "string" && /[\u001b\u009b]/.test(value)) found.add("an escape character");
    },
    TemplateElement({ value }) {
      // oxlint-disable-next-line no-control-regex -- as above
      if (/[\u001b\u009b]/.test(value.cooked ?? "")) found.add("an escape character");
    },
  }).visit(program);
  return found;
}

const using = (what: Found, files: readonly string[] = FILES): string[] =>
  files.filter((file) => usedIn(file).has(what));

describe("the way out of the program", () => {
  it("sees what it looks for", () => {
    const all = 'import { stdout } from "node:process"; console.log("\\u001b[1m", JSON.stringify(1));';
    expect(usedIn("a.ts", all).size).toBe(4);
    expect([...usedIn("a.ts", "process.stderr.write(`${a}\\x9b2J`)")]).toEqual([
      "a stream of the process",
      "an escape character",
    ]);
    expect(FILES.length).toBeGreaterThan(300);
  });

  it("leads through the guarded outputs that main makes", () => {
    expect(using("a stream of the process").filter((file) => !ENTRIES.has(file))).toEqual([]);
    expect(using("console")).toEqual([]);
  });

  it("adds control sequences in one place only", () => {
    expect(using("an escape character")).toEqual(["cli/guarded-output.ts"]);
  });

  it("writes JSON by the functions that escape what JSON leaves alone", () => {
    const commands = FILES.filter((file) => file.startsWith("cli/"));
    expect(using("JSON.stringify", commands)).toEqual(["cli/json-text.ts"]);
  });
});
