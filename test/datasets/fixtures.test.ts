import { describe, expect, it } from "vitest";
import { loadDataset } from "../../src/datasets/load.ts";
import { renderCase } from "../../src/datasets/render.ts";
import { selectCases } from "../../src/datasets/select.ts";
import { ProblemsError } from "../../src/documents/render-problems.ts";
import { collected } from "../support/cases.ts";
import { fixture } from "../support/fixture.ts";

async function problemsIn(name: string): Promise<string[]> {
  const error: unknown = await loadDataset(fixture(name)).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ProblemsError)) throw new Error(`${name} loaded`, { cause: error });
  return error.problems.map(
    ({ position, path, message }) => `${position?.line}:${position?.column} ${path}: ${message}`,
  );
}

describe("the fixture small", () => {
  it("loads with every key of the format", async () => {
    const dataset = await loadDataset(fixture("small.json"));
    expect(dataset).toMatchObject({ name: "small", defaults: { temperature: 0, max_tokens: 64 } });
    const cases = await collected(dataset.cases());
    expect(cases.map(({ id }) => id)).toEqual([
      "plain",
      "with-variables",
      "with-references",
      "with-config",
      "with-metadata",
    ]);
    const keys = new Set(cases.flatMap((one) => Object.keys(one)));
    expect([...keys].toSorted()).toEqual(
      ["id", "category", "prompt", "variables", "expected", "references", "config", "metadata"].toSorted(),
    );
  });

  it("renders with the dataset's system text, or a case's own", async () => {
    const dataset = await loadDataset(fixture("small.json"));
    const rendered = (await collected(dataset.cases())).map((one) => renderCase(one, dataset.defaults));
    expect(rendered.map(({ prompt }) => prompt)).toEqual([
      "Say hello.",
      "Translate bread into Italian.",
      "Name a primary colour of light.",
      "How many days has a leap year?",
      "Write the text {{name}} as it stands.",
    ]);
    expect(rendered.map(({ system }) => system)).toEqual([
      "You are terse.",
      "You are terse.",
      "You are terse.",
      "Answer in digits.",
      "You are terse.",
    ]);
  });
});

describe("the fixture medium", () => {
  it.each(["capitals", "sums", "opposites", "plurals"])(
    "has five cases in %s, in the order of the file",
    async (category) => {
      const dataset = await loadDataset(fixture("medium.yaml"));
      const cases = await collected(await selectCases(dataset, { category, limit: null }));
      expect(cases.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5].map((n) => `${category}-${n}`));
    },
  );

  it("gives its first cases, of all categories or of one", async () => {
    const dataset = await loadDataset(fixture("medium.yaml"));
    const idsOf = async (category: string | null, limit: number): Promise<string[]> =>
      (await collected(await selectCases(dataset, { category, limit }))).map(({ id }) => id);
    expect(await idsOf(null, 5)).toEqual(["capitals-1", "sums-1", "opposites-1", "plurals-1", "capitals-2"]);
    expect(await idsOf("sums", 2)).toEqual(["sums-1", "sums-2"]);
    expect(await idsOf("sums", 50)).toHaveLength(5);
    await expect(idsOf("sum", 2)).rejects.toMatchObject({ code: "usage" });
  });
});

describe("the fixture large", () => {
  it("has a hundred cases with ids of their own and prompts of their own", async () => {
    const dataset = await loadDataset(fixture("large.json"));
    const cases = await collected(dataset.cases());
    expect(new Set(cases.map(({ id }) => id)).size).toBe(100);
    expect(new Set(cases.map((one) => renderCase(one).prompt)).size).toBe(100);
    for (const { variables, expected } of cases)
      expect(Number(variables?.["a"]) * Number(variables?.["b"])).toBe(Number(expected));
  });

  it("comes anew with each pass", async () => {
    const dataset = await loadDataset(fixture("large.json"));
    expect(await collected(dataset.cases())).toEqual(await collected(dataset.cases()));
  });
});

describe("the fixture invalid", () => {
  it("is refused with everything that is wrong with it, each with its place", async () => {
    expect(
      (await problemsIn("invalid.yaml")).toSorted((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10)),
    ).toEqual([
      "2:10 version: expected text, found 1.0",
      "3:26 defaults.temperature: expected at most 2, found 3",
      '3:29 defaults.max_token: unknown key "max_token"; did you mean "max_tokens"?',
      '7:5 test_cases[0].expceted: unknown key "expceted"; did you mean "expected"?',
      '8:9 test_cases[1].id: the id "a" is already that of test_cases[0] on line 5',
      '11:13 test_cases[2].prompt: expected at least one character, found ""',
      '12:5 test_cases[3]: missing "id"',
      '14:41 test_cases[4].prompt: test case "c" has no variable "topic"; did you mean "topik"?',
    ]);
  });
});

describe("the fixture missing-variables", () => {
  it("is refused with each placeholder that cannot be filled, and none that can", async () => {
    expect(await problemsIn("missing-variables.json")).toEqual([
      '14:27 test_cases[1].prompt: test case "none-given" has no variable "thing"',
      '18:27 test_cases[2].prompt: test case "misspelt" has no variable "colour"; did you mean "color"?',
      '25:24 test_cases[3].prompt: the variable "user" of test case "not-text" is an object where text is needed',
      '36:30 test_cases[4].config.system: test case "in-system" has no variable "language"',
    ]);
  });
});

describe("the fixture templates", async () => {
  const dataset = await loadDataset(fixture("templates.yaml"));
  const cases = await collected(dataset.cases());

  it.each(cases)("$id renders as its metadata says", (testCase) => {
    const { prompt, system } = renderCase(testCase, dataset.defaults);
    expect(prompt).toBe(testCase.metadata?.["rendered"]);
    expect(system).toBe(testCase.metadata?.["system"] ?? "You speak English.");
  });
});
