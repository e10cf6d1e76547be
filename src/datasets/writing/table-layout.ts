import { isDeepStrictEqual } from "node:util";
import { testCaseSchema, type TestCase } from "../../core/dataset.ts";
import { withNumbers, WrittenNumber } from "../../core/written-number.ts";
import { isJsonNumber, writtenJsonText } from "../../documents/written-json-text.ts";
import { caseOfCells, type Column } from "../formats/table.ts";

/** Fields that may be spread over columns such as `variables.language`. */
const SPREAD = ["variables", "config", "metadata"] as const;
/** More of them make a table that nobody reads; the object then stands in one cell as JSON. */
const MOST_SPREAD = 50;

/** Finds, case by case, which columns a table needs so that each case can be read back from its row. */
export class TableLayout {
  readonly #fields = new Set<string>();
  readonly #spread = new Map<string, Set<string>>(SPREAD.map((field) => [field, new Set()]));

  add(testCase: TestCase): void {
    for (const key of Object.keys(testCase)) this.#fields.add(key);
    for (const field of SPREAD) {
      const keys = this.#spread.get(field);
      const value: unknown = testCase[field];
      if (keys === undefined || value === undefined) continue;
      for (const key of Object.keys(value as object)) keys.add(key);
      if (keys.size > MOST_SPREAD || !isSpreadable(field, value)) this.#spread.delete(field);
    }
  }

  /** In the order of the schema. */
  columns(): Column[] {
    return Object.keys(testCaseSchema.shape)
      .filter((field) => this.#fields.has(field))
      .flatMap((field) => {
        const keys = this.#spread.get(field);
        if (keys === undefined) return [{ name: field, path: [field] }];
        return [...keys].map((key) => ({ name: `${field}.${key}`, path: [field, key] }));
      });
  }
}

/** A value as JSON in a cell holds it: a number that JSON has not is its text. */
const forJson = (value: unknown): unknown =>
  withNumbers(value, (number) => (isJsonNumber(number) ? number : number.text));

/** Whether an object is the same after it was spread over columns and read back. */
function isSpreadable(field: string, value: unknown): boolean {
  const keys = Object.keys(value as object);
  if (keys.some((key) => key === "" || key.includes(".") || key.trim() !== key)) return false;
  const columns = keys.map((key) => ({ name: `${field}.${key}`, path: [field, key] }));
  const read = caseOfCells(columns, cellsOf({ [field]: value }, columns));
  return read.bad.length === 0 && isDeepStrictEqual(read.value[field], forJson(value));
}

/** The cells of a case: text as it is, anything else as JSON. */
export function cellsOf(testCase: Readonly<Record<string, unknown>>, columns: readonly Column[]): string[] {
  return columns.map(({ path }) => {
    let value: unknown = testCase;
    for (const step of path) {
      const isInside = typeof value === "object" && value !== null && Object.hasOwn(value, step);
      value = isInside ? (value as Record<string, unknown>)[String(step)] : undefined;
    }
    if (value === undefined) return "";
    if (value instanceof WrittenNumber) return value.text;
    return typeof value === "string" ? value : writtenJsonText(value);
  });
}

/** The fields of a case that its row does not give back as they were. */
export function lostInRow(testCase: TestCase, columns: readonly Column[]): string[] {
  const { value } = caseOfCells(columns, cellsOf(testCase, columns));
  return Object.entries(testCase).flatMap(([key, own]) => (isDeepStrictEqual(value[key], forJson(own)) ? [] : [key]));
}

/** A row of RFC 4180; cells stand in quotes where they must. */
export function rowOf(cells: readonly string[], separator: string): string {
  const quoted = cells.map((cell) =>
    cell.includes(separator) || /["\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell,
  );
  return `${quoted.join(separator)}\n`;
}
