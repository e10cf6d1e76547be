import { parseTree, printParseErrorCode, visit } from "jsonc-parser";
import type { ParseError } from "jsonc-parser";
import { messageOf } from "../core/errors.ts";
import { isTooDeep, TOO_DEEP } from "./depth.ts";
import { mayHaveWrittenNumbers, valueOf } from "./json-numbers.ts";
import { jsonTree } from "./json-tree.ts";
import { positionFinder } from "./position.ts";
import type { Problem, ReadResult } from "./problem.ts";
import { sourceDocument } from "./source-document.ts";
import { quoted } from "./words.ts";

const STRICT = { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false };

/**
 * Reads strict JSON (RFC 8259); a key that stands twice in one object is a problem as well. Numbers that JavaScript
 * would write in another way come as `WrittenNumber`.
 */
export function readJson(file: string, text: string): ReadResult {
  try {
    // JSON.parse gives the value: it is strict, and makes `__proto__` a plain key. The scanner knows the places.
    const value: unknown = JSON.parse(text);
    if (isTooDeep(value)) return { ok: false, problems: [{ file, position: null, path: "", message: TOO_DEEP }] };
    const problems = duplicateKeys(file, text);
    if (problems.length > 0) return { ok: false, problems };
    const written = mayHaveWrittenNumbers(text) ? valueOf(text) : value;
    return { ok: true, document: sourceDocument(file, text, written, () => jsonTree(text)) };
  } catch (error) {
    return { ok: false, problems: [syntaxProblem(file, text, error)] };
  }
}

function duplicateKeys(file: string, text: string): Problem[] {
  const problems: Problem[] = [];
  const positionAt = positionFinder(text);
  const open: Set<string>[] = [];
  visit(text, {
    onObjectBegin: () => void open.push(new Set()),
    onObjectEnd: () => void open.pop(),
    onObjectProperty(key, offset) {
      const keys = open.at(-1);
      if (keys?.has(key) === true) {
        const hint = "JSON readers would keep only one of them: remove or rename the other.";
        const message = `the key ${quoted(key)} stands twice in this object`;
        problems.push({ file, position: positionAt(offset), path: "", message, hint });
      }
      keys?.add(key);
    },
  });
  return problems;
}

/** Only the first mistake is told: those after it are mostly its consequences. */
function syntaxProblem(file: string, text: string, thrown: unknown): Problem {
  const problem = { file, position: null, path: "" };
  if (text.trim() === "") return { ...problem, message: "the file is empty" };
  const first = thrown instanceof RangeError ? "too deep" : firstMistake(text);
  if (first === "too deep") return { ...problem, message: TOO_DEEP };
  if (first === null) return { ...problem, message: `not JSON: ${messageOf(thrown)}` };
  const { offset, error } = first;
  return { ...problem, position: positionFinder(text)(offset), ...explain(printParseErrorCode(error), text, offset) };
}

/** The parser recurses once a level, and a RangeError is how it runs out of stack. */
function firstMistake(text: string): ParseError | null | "too deep" {
  const errors: ParseError[] = [];
  try {
    parseTree(text, errors, STRICT);
  } catch {
    return "too deep";
  }
  return errors.toSorted((a, b) => a.offset - b.offset)[0] ?? null;
}

interface Explanation {
  readonly message: string;
  readonly hint?: string;
}

const BAD_ESCAPE = {
  message: "this text has a backslash that JSON does not know",
  hint: "A backslash is written \\\\.",
};

const A_COMMENT = { message: "a comment", hint: "JSON has none; YAML does (# like this)." };

const EXPLANATIONS: Readonly<Record<string, Explanation>> = {
  InvalidCommentToken: A_COMMENT,
  CommaExpected: { message: "a comma is missing before this" },
  ColonExpected: { message: "a colon is missing before this" },
  PropertyNameExpected: { message: "a key in double quotes is expected here" },
  UnexpectedEndOfString: {
    message: "this text has no closing quote on its line",
    hint: "A line break inside text is written \\n.",
  },
  InvalidEscapeCharacter: BAD_ESCAPE,
  InvalidUnicode: BAD_ESCAPE,
  InvalidCharacter: {
    message: "this text has a control character",
    hint: "A tab is written \\t, a line break \\n.",
  },
  UnexpectedEndOfNumber: { message: "this number is not finished" },
  EndOfFileExpected: { message: "the document ended before this" },
};

const NO_VALUE = {
  message: "no JSON value begins like this",
  hint: "Text and keys need double quotes; numbers, true, false and null have none.",
};

const NO_NUMBER = { message: "JSON has no such number", hint: "Write null, or the text in double quotes." };

const NOT_JSON = {
  message: "this is not JSON",
  hint: "JSON begins with { or [. If the file is YAML or CSV, its name must end so.",
};

const SEVERAL = {
  message: "the document ended before this",
  hint: "If each line holds a JSON value of its own, the file is JSON Lines: its name must end in .jsonl.",
};

function explain(code: string, text: string, offset: number): Explanation {
  const next = text[offset] ?? "";
  if ((next === "}" || next === "]") && text.slice(0, offset).trimEnd().endsWith(",")) {
    return { message: "a comma stands before the closing bracket", hint: "JSON allows none after the last entry." };
  }
  if (/^(NaN|-?Infinity)\b/.test(text.slice(offset, offset + 10))) return NO_NUMBER;
  if (text.startsWith("//", offset) || text.startsWith("/*", offset)) return A_COMMENT;
  if (offset === text.search(/\S/) && /[^"'{[}\],:]/.test(next)) return NOT_JSON;
  if (next === "'") return { message: "text in single quotes", hint: 'JSON wants double quotes: "like this".' };
  if (offset >= text.trimEnd().length) return { message: "the file ends too early; a bracket or quote is still open" };
  if (code === "EndOfFileExpected" && next === "{") return SEVERAL;
  return EXPLANATIONS[code] ?? NO_VALUE;
}
