import { mayHaveWrittenNumbers, valueOf } from "../../documents/json-numbers.ts";
import { readJson } from "../../documents/json.ts";
import type { Problem } from "../../documents/problem.ts";
import type { SourceDocument } from "../../documents/source-document.ts";
import { splitLines, type Line } from "./lines.ts";
import { shiftedLine, type Batches, type Read } from "./record.ts";

/** Reads JSON Lines: one JSON value a line, blank lines between them ignored. */
export async function* readJsonLines(file: string, bytes: AsyncIterable<Uint8Array>): Batches {
  let isFirst = true;
  for await (const lines of splitLines(file, bytes)) {
    const reads: Read[] = [];
    for (const line of lines) {
      const read = readLine(file, line);
      if (read === null) continue;
      const other = isFirst && !read.ok ? otherJson(file, line, read.problems) : null;
      if (other !== null) {
        // Every line would be wrong in the same way.
        yield [{ ok: false, problems: [other], offset: line.offset, ofFile: true }];
        return;
      }
      isFirst = false;
      reads.push(read);
    }
    if (reads.length > 0) yield reads;
  }
}

/** What is wrong with a file whose first value goes on in the next line; null where that is not plain. */
function otherJson(file: string, { text, number }: Line, problems: readonly Problem[]): Problem | null {
  if (typeof text !== "string") return null;
  const at = { file, position: { line: number, column: text.search(/\S/) + 1, lineText: text.trimEnd() }, path: "" };
  if (text.trimStart().startsWith("[")) return { ...at, message: "this is one JSON list, not JSON Lines", hint: LIST };
  if (!/[,:[{]\s*$/.test(text) || problems[0]?.message.includes("ends too early") !== true) return null;
  const message = "this object goes on in the next line; in JSON Lines each line holds a whole test case";
  return {
    ...at,
    message,
    hint: "To write each on one line: jq -c . OLD > NEW.jsonl. If the file is one document with test_cases, name it .json, or say --format json.",
  };
}

const LIST = "Name it .json, or say --format json: a list of test cases is read as it is.";

function readLine(file: string, line: Line): Read | null {
  const { text, number, offset } = line;
  // Behind bytes of another encoding, or a line without an end, there is nothing to be read.
  if (typeof text !== "string")
    return { ok: false, problems: [text], offset, ...(line.isLast ? { ofFile: true } : {}) };
  if (text.trim() === "") return null;
  const value = quickly(text);
  if (value === undefined) {
    const read = readJson(file, text);
    if (!read.ok) return { ok: false, problems: read.problems.map((one) => atLine(one, number)), offset };
  }
  return {
    ok: true,
    record: {
      value: mayHaveWrittenNumbers(text) ? valueOf(text) : (value ?? JSON.parse(text)),
      number,
      counted: "line",
      offset,
      document: () => documentOf(file, text, number),
    },
  };
}

/** The value of a text that is plainly in order; undefined when the slower reader must look at it. */
function quickly(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    // As many keys as there are colons behind quotes: then none of them stands twice.
    return countKeys(value, 0) === (text.match(/"\s*:/g)?.length ?? 0) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Deeper values are left to the slower reader, which knows the limit. */
const QUICK_DEPTH = 50;

function countKeys(value: unknown, depth: number): number {
  if (typeof value !== "object" || value === null) return 0;
  if (depth > QUICK_DEPTH) return Number.NaN;
  let count = 0;
  if (Array.isArray(value)) {
    for (const entry of value) count += countKeys(entry, depth + 1);
    return count;
  }
  for (const entry of Object.values(value)) count += 1 + countKeys(entry, depth + 1);
  return count;
}

const ONE_CASE = 'Each line must hold one test case: {"id": "a", "prompt": "…"}';

const NO_COMMAS = "Lines are not separated by commas, and no brackets stand around them.";

const HINTS: readonly [RegExp, string][] = [
  [
    /file ends too early|no closing quote/,
    "Each line must hold one whole test case; a value cannot go on in the next.",
  ],
  [/document ended before/, "Each line must hold one test case only."],
  [/comma stands before/, NO_COMMAS],
  [/not JSON/, ONE_CASE],
];

function atLine(problem: Problem, number: number): Problem {
  const { line = 1, column = 1, lineText = null } = problem.position ?? {};
  const hint =
    lineText?.[column - 1] === ","
      ? NO_COMMAS
      : (HINTS.find(([pattern]) => pattern.test(problem.message))?.[1] ?? problem.hint);
  const message = problem.message.replace("the file ends", "the line ends");
  const position = { line: line + number - 1, column, lineText };
  return { ...problem, message, position, ...(hint === undefined ? {} : { hint }) };
}

function documentOf(file: string, text: string, number: number): SourceDocument {
  const read = readJson(file, text);
  if (!read.ok) throw new Error(`line ${number} of ${file} was read before, and now is not`);
  const { document } = read;
  return {
    ...document,
    locate(path, options) {
      const place = document.locate(path, options);
      return { ...place, position: shiftedLine(place.position, number - 1) };
    },
  };
}
