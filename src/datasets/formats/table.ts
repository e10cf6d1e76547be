import { z } from "zod";
import { testCaseSchema } from "../../core/dataset.ts";
import { WrittenNumber, writtenNumber } from "../../core/written-number.ts";
import { isTooDeep, MAX_DEPTH, TOO_DEEP } from "../../documents/depth.ts";
import { writtenJson } from "../../documents/json-numbers.ts";
import type { Problem } from "../../documents/problem.ts";
import { schemaAt } from "../../documents/schema-walk.ts";
import { pathText, type DocumentPath, type LocateOptions, type Place } from "../../documents/source-document.ts";
import { didYouMean } from "../../documents/suggest.ts";
import { quoted } from "../../documents/words.ts";
import type { Read } from "./record.ts";

/** A column of a table, and where its values belong in a test case: `variables.name` is `["variables", "name"]`. */
export interface Column {
  readonly name: string;
  readonly path: DocumentPath;
}

/**
 * The columns of a header, and what is wrong with it: told once, not in every row. With `anyName` a column is what it is
 * called; else it is a field of a test case, or a part of one.
 */
export function columnsOf(
  names: readonly string[],
  locate: (column: number) => Place,
  anyName = false,
): { readonly columns: readonly Column[]; readonly problems: readonly Problem[] } {
  if (names.length > MOST_COLUMNS) {
    const message = `this table has ${names.length} columns, and more than ${MOST_COLUMNS} are not read`;
    const hint = "That many are mostly rows whose line ends are lost.";
    return { columns: [], problems: [{ ...locate(0), path: "header", message, hint }] };
  }
  const columns = names.map((name) => ({ name, path: anyName ? [name] : name.split(".") }));
  const seen = new Set<string>();
  const problems = columns.flatMap(({ name, path }, index) => {
    const isRepeated = seen.has(name);
    seen.add(name);
    const [message, hint] = wrongWith(name, path, { isRepeated, anyName }) ?? [];
    if (message === undefined) return [];
    return [{ ...locate(index), path: "header", message, ...(hint === undefined ? {} : { hint }) }];
  });
  const asked = names.includes("messages") ? "messages" : "prompt";
  const missing = anyName ? [] : ["id", asked].filter((key) => !names.includes(key));
  const here = locate(0);
  const meant = problems.map(({ message }) => message).join(" ");
  return {
    columns,
    problems: [
      ...problems,
      ...missing
        .filter((key) => !meant.includes(`did you mean "${key}"?`))
        .map((key) => ({
          file: here.file,
          position: here.position,
          path: "header",
          message: `there is no column ${quoted(key)}`,
          hint:
            key === "id"
              ? `Each test case needs an id of its own. To number them by their rows: --map prompt=${names.includes("prompt") ? "prompt" : "COLUMN"}`
              : `The columns are ${names.slice(0, 20).map(quoted).join(", ")}. Each test case needs an id and a prompt; --map prompt=COLUMN says which column is what.`,
        })),
    ],
  };
}

/** As many as a spreadsheet has. */
const MOST_COLUMNS = 16_384;

const KEYS = Object.keys(testCaseSchema.shape);

function wrongWith(
  name: string,
  path: DocumentPath,
  { isRepeated, anyName }: { isRepeated: boolean; anyName: boolean },
): [string, string?] | null {
  if (name === "") return ["this column has no name", "Give it one, or remove the separator too many."];
  if (isRepeated) return [`the column ${quoted(name)} stands twice`, "Remove or rename one of them."];
  if (anyName) return null;
  const [first] = path;
  if (first === undefined || !KEYS.includes(String(first))) {
    return [
      `unknown column ${quoted(name)}${didYouMean(name, KEYS)}`,
      `Columns are ${KEYS.join(", ")}, and parts of objects such as variables.name and metadata.source.`,
    ];
  }
  if (path.length > MAX_DEPTH) return [`the column ${quoted(name)} is ${TOO_DEEP}`, "Give it fewer parts."];
  return path.includes("") ? [`the column ${quoted(name)} has an empty part`, "Write it like variables.name."] : null;
}

/** A cell's problem with its conversion. */
interface BadCell {
  readonly column: Column;
  readonly message: string;
}

/**
 * A row's cells as a test case: empty ones are absent; where the field wants a list, an object, a number or a truth
 * value the text is read as such. What is no such thing stays text, for the schema to complain of.
 */
export function caseOfCells(
  columns: readonly Column[],
  cells: readonly unknown[],
): { readonly value: Record<string, unknown>; readonly bad: readonly BadCell[] } {
  const value: Record<string, unknown> = {};
  const bad: BadCell[] = [];
  columns.forEach((column, index) => {
    const cell = cells[index];
    if (cell === undefined || cell === null || cell === "") return;
    const wrong = put(value, column.path, converted(column.path, cell));
    if (wrong !== null) bad.push({ column, message: wrong });
  });
  return { value, bad };
}

/** Sets a value inside, with plain keys only: `__proto__` must not reach a prototype. */
function put(into: Record<string, unknown>, path: DocumentPath, value: unknown): string | null {
  let here: Record<string, unknown> = into;
  for (const step of path.slice(0, -1)) {
    const key = String(step);
    if (!Object.hasOwn(here, key)) define(here, key, {});
    const next = here[key];
    if (typeof next !== "object" || next === null || Array.isArray(next)) {
      return `another column gives ${quoted(pathText(path.slice(0, -1)))} a value that has no parts`;
    }
    here = next as Record<string, unknown>;
  }
  const last = String(path.at(-1));
  if (Object.hasOwn(here, last)) return `another column gives ${quoted(pathText(path))} a value as well`;
  define(here, last, value);
  return null;
}

function define(object: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}

const wanted = new Map<string, "text" | "number" | "boolean" | "json" | "any">();

function converted(path: DocumentPath, cell: unknown): unknown {
  const name = path.join("\0");
  let kind = wanted.get(name);
  if (kind === undefined) {
    kind = kindOf(schemaAt(testCaseSchema, path));
    // Names come from files: there may be any number of them in a long life of a program.
    if (wanted.size < 1000) wanted.set(name, kind);
  }
  const isPlain = typeof cell === "number" || typeof cell === "boolean" || cell instanceof WrittenNumber;
  if (kind === "text" && isPlain) return String(cell);
  if (typeof cell !== "string" || kind === "text" || kind === "any") return cell;
  if (kind === "number") return cell.trim() === "" || Number.isNaN(Number(cell)) ? cell : writtenNumber(cell.trim());
  if (kind === "boolean") return cell === "true" ? true : cell === "false" ? false : cell;
  try {
    const value = writtenJson(cell);
    return typeof value === "object" && value !== null && !isTooDeep(value) ? value : cell;
  } catch {
    return cell;
  }
}

function kindOf(schema: unknown): "text" | "number" | "boolean" | "json" | "any" {
  if (schema instanceof z.ZodString) return "text";
  if (schema instanceof z.ZodNumber) return "number";
  if (schema instanceof z.ZodBoolean) return "boolean";
  const isJson = schema instanceof z.ZodArray || schema instanceof z.ZodObject || schema instanceof z.ZodRecord;
  return isJson ? "json" : "any";
}

/** Where the cell of a value stands: that of the column whose path leads furthest to it. */
export function columnAt(columns: readonly Column[], path: DocumentPath): number {
  let best = -1;
  let length = 0;
  columns.forEach(({ path: own }, index) => {
    const leads = own.length <= path.length && own.every((step, i) => String(path[i]) === step);
    const isInside = path.every((step, i) => String(step) === own[i]);
    if ((leads || isInside) && path.length > 0 && own.length > length) [best, length] = [index, own.length];
  });
  return best;
}

/** The problems of cells that cannot be put together, as what came of their row. */
export function badRow(
  bad: readonly BadCell[],
  row: number,
  offset: number | null,
  locate: (path: DocumentPath, options?: LocateOptions) => Place,
): Read {
  const problems = bad.map(({ column, message }) => ({
    ...locate(column.path),
    path: `row ${row}, ${column.name}`,
    message,
  }));
  return { ok: false, problems, offset };
}
