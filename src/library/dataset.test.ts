import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Dataset } from "./dataset.ts";
import { TestCase } from "./test-case.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "datasets-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const put = (name: string, text: string): void => writeFileSync(join(folder, name), text);
const yaml = (name: string): string => `name: ${name}\nversion: "1"\ntest_cases: [{ id: a, prompt: A }]\n`;

test("a folder's datasets come in the order of their files' names; anything else in it is left alone", async () => {
  put("b.yaml", yaml("second"));
  put("a.yml", yaml("first"));
  put("c.json", '{"name":"third","version":"1","test_cases":[{"id":"a","prompt":"A"}]}');
  put("README.md", "# Datasets");
  put(".hidden.json", "{");
  mkdirSync(join(folder, "old.json"));
  const datasets = await Dataset.loadDir(folder);
  expect(datasets.map(({ name }) => name)).toEqual(["first", "second", "third"]);
  expect(datasets[0]?.source).toBe(join(folder, "a.yml"));
});

test("the package's own datasets load as a folder", async () => {
  expect((await Dataset.loadDir("datasets")).map(({ name }) => name)).toContain("coding-tasks");
});

test("a folder without a dataset, one that is not there and a file are told apart", async () => {
  put("notes.txt", "");
  const error = (message: RegExp): unknown =>
    expect.objectContaining({ code: "dataset", message: expect.stringMatching(message), hint: expect.any(String) });
  await expect(Dataset.loadDir(folder)).rejects.toThrow(error(/holds no dataset/));
  await expect(Dataset.loadDir(join(folder, "none"))).rejects.toThrow(error(/none does not exist/));
  await expect(Dataset.loadDir(join(folder, "notes.txt"))).rejects.toThrow(error(/is a file, not a folder/));
  await expect(Dataset.loadDir(`${folder}/\0`)).rejects.toThrow(error(/cannot be read/));
});

test("files that are no dataset are all named at once", async () => {
  put("a.yaml", yaml("good"));
  put("b.json", '{"version":1}');
  await expect(Dataset.loadDir(folder)).rejects.toThrow(/b\.json/);
  put("c.yaml", "name: [");
  await expect(Dataset.loadDir(folder)).rejects.toMatchObject({
    code: "dataset",
    message: expect.stringMatching(/b\.json[^]*c\.yaml/),
    hint: expect.stringContaining("2 files"),
  });
});

test("a prompt is rendered with its variables, and a missing one is an error that names it", () => {
  const testCase: TestCase = { id: "t1", prompt: "{{a.b}} and \\{{c}}", variables: { a: { b: 1 } } };
  expect(TestCase.renderPrompt(testCase)).toBe("1 and {{c}}");
  expect(() => TestCase.renderPrompt({ id: "t1", prompt: "{{who}}" })).toThrow(
    expect.objectContaining({ code: "dataset", message: 'test case "t1": the variable "who" has no value' }),
  );
  expect(TestCase.renderPrompt({ id: "t1", prompt: "A", config: { system: "{{who}}" } })).toBe("A");
});

test("the variables of a case are those of its prompt and its system text, each once", () => {
  const config = { system: "{{c}} {{a.b}}" };
  expect(TestCase.variables({ id: "t1", prompt: "{{a.b}} {{b}} {{ b }} \\{{d}}", config })).toEqual(["a.b", "b", "c"]);
});
