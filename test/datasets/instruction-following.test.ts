import { describe, expect, it } from "vitest";
import { builtIn, variableOf } from "./built-in.ts";
import { checksSchema, passes, wordsIn } from "./checks.ts";
import { SAMPLES } from "./instruction-samples.ts";

const { cases, caseOf } = await builtIn("instruction-following");

const RULES = cases.flatMap((testCase) =>
  checksSchema
    .parse(testCase.metadata?.["checks"])
    .map((check, index) => ({ id: testCase.id, index, rule: Object.keys(check)[0], check })),
);
const sampleOf = (id: string): (typeof SAMPLES)[string] => SAMPLES[id] ?? { right: "", wrong: [] };
const expectedOf = (id: string): string | undefined => caseOf(id).expected;
const given = (id: string, name: string): string => String(variableOf(caseOf(id), name));

describe("the dataset instruction-following", () => {
  it("has a sample answer for every case", () => {
    expect(Object.keys(SAMPLES)).toEqual(cases.map(({ id }) => id));
  });

  it.each(RULES)("rule $index of $id, $rule, accepts a right answer", ({ id, check }) => {
    expect(passes(check, sampleOf(id).right)).toBe(true);
  });

  it.each(RULES)("rule $index of $id, $rule, rejects a wrong answer", ({ id, index, check }) => {
    const wrong = sampleOf(id).wrong[index];
    expect(wrong).toBeTypeOf("string");
    expect(passes(check, wrong ?? "")).toBe(false);
  });

  it.each(cases)("$id takes no empty answer", ({ id }) => {
    expect(RULES.some((rule) => rule.id === id && !passes(rule.check, ""))).toBe(true);
  });

  it.each(cases)("$id expects an answer exactly where one alone is right", ({ id, expected }) => {
    const equals = RULES.flatMap(({ id: of, check }) => (of === id && "equals" in check ? [check.equals] : []));
    expect(equals).toEqual(expected === undefined ? [] : [expected]);
    expect(expected ?? sampleOf(id).right).toBe(sampleOf(id).right);
  });

  it("expects what its variables give", () => {
    expect(expectedOf("list-sorted")).toBe(
      given("list-sorted", "words").toLowerCase().split(", ").toSorted().join("\n"),
    );
    expect(expectedOf("structure-begin-end")).toBe(
      `BEGIN\n${Number(given("structure-begin-end", "a")) + Number(given("structure-begin-end", "b"))}\nEND`,
    );
    const word = given("structure-repetition", "word");
    const times = Number(given("structure-repetition", "times"));
    expect(expectedOf("structure-repetition")).toBe(Array.from({ length: times }, () => word).join("-"));
    expect(expectedOf("structure-count-instead")).toBe(String(wordsIn(given("structure-count-instead", "question"))));
    const city = given("json-one-line", "city");
    const population = Number(given("json-one-line", "population"));
    expect(expectedOf("json-one-line")).toBe(JSON.stringify({ city, population, capital: true }));
    expect(Number(given("length-exact-words", "count"))).toBe(wordsIn(sampleOf("length-exact-words").right));
  });

  it("names days and months as the language's own calendar does", () => {
    // 2025-01-01 was a Wednesday, the day after a Tuesday.
    const wednesday = new Date(Date.UTC(2025, 0, 1));
    const weekday = (locale: string): string =>
      new Intl.DateTimeFormat(locale, { weekday: "long", timeZone: "UTC" }).format(wednesday);
    expect(weekday("en")).toBe("Wednesday");
    expect(expectedOf("language-german-word")).toBe(weekday("de"));
    const months = [0, 1, 2, 3].map((month) =>
      new Intl.DateTimeFormat("fr", { month: "long", timeZone: "UTC" }).format(new Date(Date.UTC(2025, month, 1))),
    );
    expect(expectedOf("language-french-months")).toBe(months.join(", "));
  });

  it("lists colours and planets in their order", () => {
    expect(expectedOf("casing-upper")).toBe(["red", "green", "blue"].toSorted().join(" / ").toUpperCase());
    // Mean distances from the Sun in millions of kilometres.
    const distances = { Saturn: 1434, Earth: 149.6, Mars: 227.9, Mercury: 57.9, Jupiter: 778.6, Venus: 108.2 };
    const nearest = Object.entries(distances)
      .toSorted(([, a], [, b]) => a - b)
      .slice(0, 5);
    expect(expectedOf("list-planets-numbered")).toBe(nearest.map(([name], i) => `${i + 1}. ${name}`).join("\n"));
  });
});
