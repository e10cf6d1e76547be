// docs/output-files.md names every field of the files whose schemas are published.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { CSV_FIELDS } from "../../src/reports/csv.ts";
import { ROOT } from "../support/cli.ts";

const PAGE = readFileSync(join(ROOT, "docs/output-files.md"), "utf8");
/** What the page says literally: a name counts only as code. */
const NAMED = new Set(
  [...PAGE.matchAll(/`(?<code>[^`\n]+)`|^```(?<block>[\s\S]*?)^```/gmu)].flatMap(
    ({ groups }) => (groups?.["code"] ?? groups?.["block"] ?? "").match(/[A-Za-z_][\w]*/gu) ?? [],
  ),
);

/** The names of all properties anywhere in a JSON Schema. */
function propertiesIn(schema: unknown): string[] {
  if (Array.isArray(schema)) return schema.flatMap(propertiesIn);
  if (typeof schema !== "object" || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]) =>
    key === "properties" && typeof value === "object" && value !== null
      ? Object.keys(value).concat(Object.values(value).flatMap(propertiesIn))
      : propertiesIn(value),
  );
}

it.each(["result", "results", "run", "saved-results"])("every property of schemas/%s.schema.json", (name) => {
  const schema: unknown = JSON.parse(readFileSync(join(ROOT, `schemas/${name}.schema.json`), "utf8"));
  const properties = [...new Set(propertiesIn(schema))];
  expect(properties.length).toBeGreaterThan(10);
  expect(properties.filter((property) => !NAMED.has(property))).toEqual([]);
});

it("every column of results.csv", () => {
  expect(CSV_FIELDS.filter((field) => !NAMED.has(field))).toEqual([]);
});
