import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { placeInWords, ProblemsError } from "../documents/render-problems.ts";
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
    const file = join(folder, "a.jsonl");
    expect(inRows.warnings[0]).toMatchObject({ file, path: "variables.y", position: { line: 1, column: 54 } });
    expect(inRows.warnings[2]).toMatchObject({ file, path: "prompt", position: { line: 2, column: 20 } });
    expect(inDocument.warnings[3]).toMatchObject({ path: "test_cases[2].expected", position: { line: 1 } });
  });

  it("says where each stands: in a document, a list, a table, and in a file of another tool", async () => {
    const placesIn = async (name: string, content: string): Promise<string[]> => {
      const { warnings } = await validated(name, content);
      return warnings.map((one) => `${placeInWords(one).slice(folder.length + 1)} ${one.path}`);
    };
    const document = 'name: d\nversion: "1"\ntest_cases:\n  - id: a\n    prompt: p\n    variables:\n      tone: dry\n';
    expect(await placesIn("a.yaml", document)).toEqual(["a.yaml:7:7 test_cases[0].variables.tone"]);
    expect(await placesIn("b.json", '[{"id": "a", "prompt": "p"},\n {"id": "b", "prompt": "p"}]')).toEqual([
      "b.json:2:24 [1].prompt",
    ]);
    expect(await placesIn("c.csv", "id,prompt\na,p\nb,p\n")).toEqual(["c.csv:3:3 row 3, prompt"]);
    expect(await placesIn("d.jsonl", '{"question": "p", "answer": "#### 1"}\n'.repeat(2))).toEqual([
      "d.jsonl:2:14 prompt",
    ]);
    const promptfoo = "prompts: [p]\ntests:\n  - vars: {}\n  - vars: { a: 1 }\n";
    expect(await placesIn("e.yaml", promptfoo)).toEqual([
      expect.stringMatching(/^e\.yaml:4:\d+ test 2, variables\.a$/),
      expect.stringMatching(/^e\.yaml:\d+:\d+ test 2, prompt$/),
    ]);
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
