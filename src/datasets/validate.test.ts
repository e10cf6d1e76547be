import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ProblemsError } from "../documents/render-problems.ts";
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
  { id: "b", prompt: "Say hi" },
  { id: "c", prompt: "Ask", expected: " " },
  { id: "d", prompt: "Ask", expected: " " },
  { id: "e", prompt: "x".repeat(100_001) },
];

const warned = [
  ["unused_variable", "a", 'the variable "y" is used nowhere'],
  ["unused_variable", "a", 'the variable "z.w" is used nowhere'],
  ["duplicate_prompt", "b", "it sends the same prompt as case 1 of the dataset"],
  ["blank_expected", "c", "expected is blank: leave it out, or say what is right"],
  ["same_but_for_id", "d", "it differs from case 3 of the dataset in its id only"],
  ["blank_expected", "d", "expected is blank: leave it out, or say what is right"],
  ["long_prompt", "e", "the prompt has 100001 characters, about 25000 tokens"],
];

describe("a validation", () => {
  it("warns of what is odd, in rows as in documents", async () => {
    const inRows = await validated("a.jsonl", cases.map((one) => `${JSON.stringify(one)}\n`).join(""));
    const inDocument = await validated("b.json", JSON.stringify({ name: "d", version: "1", test_cases: cases }));
    for (const { warnings, cases: count, warningCount } of [inRows, inDocument]) {
      expect(warnings.map(({ kind, test_id, message }) => [kind, test_id, message])).toEqual(warned);
      expect({ count, warningCount }).toEqual({ count: 5, warningCount: 7 });
    }
    expect(inDocument).toMatchObject({ name: "d", version: "1" });
    expect(inRows).toMatchObject({ name: "a", version: expect.stringMatching(/^[0-9a-f]{12}$/) as string });
    expect(inRows.warnings[0]?.place).toBe("line 1");
    expect(inDocument.warnings[0]?.place).toBe("test_cases[0]");
  });

  it("takes a variable of the default system text for used", async () => {
    const test_cases = [{ id: "a", prompt: "p", variables: { tone: "dry" } }];
    const dataset = { name: "d", version: "1", defaults: { system: "Be {{tone}}" }, test_cases };
    expect((await validated("a.json", JSON.stringify(dataset))).warnings).toEqual([]);
  });

  it("tells every problem, and keeps a thousand", async () => {
    const error: unknown = await validated("a.jsonl", '{"id": 1, "prompt": "p"}\n'.repeat(1500)).catch(
      (e: unknown) => e,
    );
    expect(error).toBeInstanceOf(ProblemsError);
    expect(error).toMatchObject({ code: "dataset", message: expect.stringContaining("1500 problems") as string });
    expect(error instanceof ProblemsError && error.problems).toHaveLength(1000);
  });
});
