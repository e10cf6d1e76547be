import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { validateDataset, type Validation } from "./validate.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "datasets-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function validated(name: string, content: string): Promise<Validation> {
  await writeFile(join(folder, name), content);
  return validateDataset(join(folder, name));
}

const cases = [
  { id: "a", prompt: "Say {{x}}", variables: { x: "hi", y: "unused", z: { w: 1 } } },
  { id: "b", prompt: "Say hi", expected: " " },
  { id: "c", prompt: "Say hi", expected: " " },
  { id: "d", prompt: "x".repeat(100_001) },
];

const warned = [
  ["unused_variable", "a", 'the variable "y" is used nowhere'],
  ["unused_variable", "a", 'the variable "z.w" is used nowhere'],
  ["duplicate_prompt", "b", "it sends the same prompt as case 1 of the dataset"],
  ["blank_expected", "b", "expected is blank: leave it out, or say what is right"],
  ["same_but_for_id", "c", "it differs from case 2 of the dataset in its id only"],
  ["blank_expected", "c", "expected is blank: leave it out, or say what is right"],
  ["long_prompt", "d", "the prompt has 100001 characters, about 25000 tokens"],
];

describe("a validation", () => {
  it("warns of what is odd, in rows as in documents", async () => {
    const inRows = await validated("a.jsonl", cases.map((one) => `${JSON.stringify(one)}\n`).join(""));
    const inDocument = await validated("b.json", JSON.stringify({ name: "d", version: "1", test_cases: cases }));
    for (const { warnings, problemCount, cases: count, warningCount } of [inRows, inDocument]) {
      expect(warnings.map(({ kind, test_id, message }) => [kind, test_id, message])).toEqual(warned);
      expect({ problemCount, count, warningCount }).toEqual({ problemCount: 0, count: 4, warningCount: 7 });
    }
    expect(inRows.warnings[0]?.place).toBe("line 1");
    expect(inDocument.warnings[0]?.place).toBe("test_cases[0]");
  });

  it("takes a variable of the default system text for used", async () => {
    const test_cases = [{ id: "a", prompt: "p", variables: { tone: "dry" } }];
    const dataset = { name: "d", version: "1", defaults: { system: "Be {{tone}}" }, test_cases };
    expect((await validated("a.json", JSON.stringify(dataset))).warnings).toEqual([]);
  });

  it("gives every problem, and keeps a thousand", async () => {
    const rows = await validated("a.jsonl", '{"id": 1, "prompt": "p"}\n'.repeat(1500));
    expect([rows.problems.length, rows.problemCount, rows.cases]).toEqual([1000, 1500, 0]);
    const document = await validated("b.json", '{"name": "d", "version": "1", "test_cases": []}');
    expect(document).toMatchObject({ problemCount: 1, cases: 0, problems: [{ path: "test_cases" }] });
  });
});
