import { testCaseSchema, type Foreign } from "../core/dataset.ts";
import { BenchError } from "../core/errors.ts";
import { nearMiss } from "../documents/suggest.ts";
import { quoted } from "../documents/words.ts";
import { isFields } from "./shapes/fields.ts";
import { checkedMapping, mappedShape, requireColumns } from "./shapes/mapping.ts";
import { recognise, shapeNamed } from "./shapes/recognise.ts";
import type { RecordShape } from "./shapes/shape.ts";

/** How the records of a file become test cases. */
export interface Reading {
  /** Null for records that are test cases already. */
  readonly shape: RecordShape | null;
  /** Stands before the `row-1` of records without an id. */
  readonly idPrefix: string;
  /** What the user should know, a line each. */
  readonly notes: readonly string[];
}

const OWN: Reading = { shape: null, idPrefix: "", notes: [] };
const FIELDS = Object.keys(testCaseSchema.shape);
const SHOWN_COLUMNS = 20;

/** Whether the user said anything of the file's shape. */
export function saysShape({ map, prompt, shape }: Foreign): boolean {
  return map !== undefined || prompt !== undefined || (shape !== undefined && shape !== "own");
}

/**
 * How a file is to be read, by its first records and by what the user says. Throws `BenchError("dataset")` where it
 * could be several things or is none, and `BenchError("usage")` for a mapping that cannot be.
 */
export function readingOf(records: readonly unknown[], file: string, foreign: Foreign, idPrefix = ""): Reading {
  const { map, prompt, shape: named } = foreign;
  const given = named === undefined ? undefined : shapeNamed(named);
  if (named === "promptfoo") {
    throw new BenchError("dataset", `${file} is no configuration of promptfoo: it has no prompts and tests`);
  }
  if (map !== undefined || prompt !== undefined) {
    const mapping = checkedMapping({ map: map ?? {}, ...(prompt === undefined ? {} : { prompt }) });
    if (records.length > 0) requireColumns(mapping, records, file);
    // With a mapping the user says what each column is; a template alone says nothing of the answers.
    const base = given === undefined && map === undefined ? recognise(records, file) : (given ?? null);
    return described(mappedShape(mapping, base), records, idPrefix);
  }
  if (given !== undefined) return given === null ? OWN : described(given, records, idPrefix);
  const shape = recognise(records, file);
  if (shape !== null) return described(shape, records, idPrefix);
  requireOwn(records, file);
  return OWN;
}

function described(shape: RecordShape, records: readonly unknown[], idPrefix: string): Reading {
  const shaped = records.filter(isFields).map((record) => shape.toCase(record));
  const cases = shaped.filter((one) => one.ok);
  const noId = cases.length > 0 && cases.every(({ value }) => !Object.hasOwn(value, "id"));
  const ids = noId ? `; none has an id, so each gets its row's number, such as ${idPrefix}row-7` : "";
  return { shape, idPrefix, notes: [`read as ${shape.inWords}${ids}`] };
}

/** Says at once, not in every row, that the columns are somebody else's. */
function requireOwn(records: readonly unknown[], file: string): void {
  const known = records.filter(isFields);
  if (known.length === 0) return;
  const columns = [...new Set(known.flatMap((record) => Object.keys(record)))];
  const asks = ["prompt", "messages"].some((key) => columns.includes(key) || nearMiss(key, columns) !== null);
  if (asks || columns.every((column) => FIELDS.includes(column.split(".")[0] ?? ""))) return;
  const list = columns.slice(0, SHOWN_COLUMNS).map(quoted).join(", ");
  const map = guessed(columns);
  throw new BenchError("dataset", `${file} has no prompts, and is in no shape that is known`, {
    hint: `Its columns are ${list}. Say which is which, ${map === null ? "like --map prompt=COLUMN,expected=COLUMN" : `perhaps ${map}`}, or give a template with --prompt.`,
  });
}

const PROMPTS = ["prompt", "question", "query", "instruction", "input", "problem", "task", "text", "ctx"];
const ANSWERS = [
  "expected",
  "answer",
  "target",
  "response",
  "output",
  "ideal",
  "completion",
  "reference",
  "solution",
  "label",
];

/** The mapping that the names of the columns suggest; null where none does. */
function guessed(columns: readonly string[]): string | null {
  // A name that needs quotes in a shell or a mapping is left to the user.
  const plain = columns.filter((column) => /^[\w-]+$/.test(column));
  const called = (names: readonly string[]): string | undefined =>
    names.map((name) => plain.find((column) => column.toLowerCase().replace(/s$/, "") === name)).find(Boolean);
  const [prompt, expected] = [called(PROMPTS), called(ANSWERS)];
  if (prompt === undefined) return null;
  return `--map prompt=${prompt}${expected === undefined ? "" : `,expected=${expected}`}`;
}
