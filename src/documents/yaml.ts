import { isAlias, isMap, isNode, isScalar, isSeq, Lexer, parseDocument } from "yaml";
import type { Document, Node, YAMLParseError, YAMLWarning } from "yaml";
import { messageOf } from "../core/errors.ts";
import { isTooDeep, TOO_DEEP } from "./depth.ts";
import { positionFinder } from "./position.ts";
import type { Problem, ReadResult } from "./problem.ts";
import { sourceDocument } from "./source-document.ts";
import type { SyntaxTree } from "./source-document.ts";
import { clipped } from "./words.ts";
import { keyText, QUOTE_BRACES, scalarValue, yamlValue, type MakeProblem } from "./yaml-value.ts";

/**
 * The parser takes some 2 µs and 400 bytes for each token, with no way to stop it: a million of them is the most that
 * is answered within seconds, and some 30 000 test cases.
 */
const MAX_TOKENS = 1_000_000;
const MAX_CHARACTERS = 32 * 1024 * 1024;

/**
 * Reads one document of YAML 1.2 (core schema: dates and `yes` are plain text); keys are unique and plain, merge keys,
 * unknown tags and aliases that hold themselves are problems. Numbers that JavaScript would write in another way come as
 * `WrittenNumber`. The value of an empty file is null.
 */
export function readYaml(file: string, text: string): ReadResult {
  const positionAt = positionFinder(text);
  const problem: MakeProblem = (offset, message, hint) => {
    const found = { file, position: positionAt(offset), path: "", message };
    return hint === undefined ? found : { ...found, hint };
  };
  if (isTooLarge(text)) return { ok: false, problems: [{ file, position: null, path: "", ...TOO_LARGE }] };
  try {
    const parsed = parseDocument(text, {
      version: "1.2",
      schema: "core",
      resolveKnownTags: false,
      // The parser compares each key with all before it.
      uniqueKeys: false,
      prettyErrors: false,
    });
    const mistake = syntaxProblem(parsed, text, problem);
    if (mistake !== null) return { ok: false, problems: [mistake] };
    const { value, problems, targets } = yamlValue(parsed, problem);
    if (problems.length > 0) return { ok: false, problems };
    if (isTooDeep(value)) return { ok: false, problems: [{ file, position: null, path: "", message: TOO_DEEP }] };
    return { ok: true, document: sourceDocument(file, text, value, () => treeOf(parsed, targets)) };
  } catch (error) {
    const message = error instanceof RangeError ? TOO_DEEP : messageOf(error);
    return { ok: false, problems: [{ file, position: null, path: "", message }] };
  }
}

const TOO_LARGE = {
  message: "this document is too large for YAML, which is read whole and slowly",
  hint: "Make it JSON, or JSON Lines with one test case a line: those have no such limit.",
};

function isTooLarge(text: string): boolean {
  if (text.length > MAX_CHARACTERS) return true;
  // No text has more tokens than characters, and none that people write has many more than a quarter of them.
  if (text.length < MAX_TOKENS / 2) return false;
  let tokens = 0;
  for (const _ of new Lexer().lex(text)) {
    tokens += 1;
    if (tokens > MAX_TOKENS) return true;
  }
  return false;
}

/** The first mistake of syntax: those after it are mostly its consequences. */
function syntaxProblem(parsed: Document.Parsed, text: string, problem: MakeProblem): Problem | null {
  let first: YAMLParseError | YAMLWarning | null = null;
  for (const mistakes of [parsed.errors, parsed.warnings]) {
    for (const mistake of mistakes) if (first === null || mistake.pos[0] < first.pos[0]) first = mistake;
  }
  return first === null ? null : problem(first.pos[0], ...explain(first, text));
}

/** Hints, and plainer messages where the parser's own say little. */
const EXPLANATIONS: Readonly<Record<string, { readonly message?: string; readonly hint: string }>> = {
  MULTIPLE_DOCS: {
    message: "a second document begins here",
    hint: "A file holds one; remove the --- line or split the file.",
  },
  TAG_RESOLVE_FAILED: { hint: 'Text that begins with "!" needs quotes.' },
  BAD_SCALAR_START: { hint: "Put the text in quotes." },
};

const TAB: [string, string] = [
  "a tab stands before this, and YAML is indented with spaces",
  "Indent with spaces in place of tabs.",
];

/** The parser's own words may quote all of a line. */
const LONGEST_MESSAGE = 200;

function explain(mistake: YAMLParseError | YAMLWarning, text: string): [message: string, hint?: string] {
  const [start] = mistake.pos;
  const lineBefore = text.slice(text.lastIndexOf("\n", start - 1) + 1, start);
  const message = clipped(mistake.message, LONGEST_MESSAGE);
  if (/(^|[:-])\s+\{\{/.test(lineBefore)) return [message, QUOTE_BRACES];
  // The parser recurses once a level, and tells of the end of its stack as of a mistake.
  if (mistake.message.includes("call stack")) return [TOO_DEEP];
  if (/^ *\t/.test(text.slice(text.lastIndexOf("\n", start - 1) + 1))) return TAB;
  if (mistake.code === "BLOCK_AS_IMPLICIT_KEY") return keyInText(text.slice(start).split("\n", 1)[0] ?? "");
  const explanation = EXPLANATIONS[mistake.code];
  return explanation === undefined ? [message] : [explanation.message ?? message, explanation.hint];
}

/** A text that YAML takes for a key, because of a colon in it or of how the next line is indented. */
function keyInText(line: string): [message: string, hint: string] {
  const colon = /^[^"'[{|>].*?:\s/.test(line);
  const inQuotes = line.length > LONGEST_MESSAGE ? "." : `: ${JSON.stringify(line.trim())}`;
  return colon
    ? ['this text holds ": ", which begins a value in YAML', `Put it in quotes${inQuotes}`]
    : ["the next line stands further in than this, but is a key of its own", "Indent keys of one mapping alike."];
}

function treeOf(parsed: Document.Parsed, targets: ReadonlyMap<Node, Node>): SyntaxTree<Node | null> {
  return {
    root: parsed.contents,
    child(node, step) {
      const target = isAlias(node) ? (targets.get(node) ?? null) : node;
      if (isSeq(target)) {
        const value = target.items[Number(step)];
        return isNode(value) ? { key: null, value } : null;
      }
      if (!isMap(target)) return null;
      const pair = target.items.find(({ key }) => keyText(isScalar(key) ? scalarValue(key) : null) === String(step));
      return isNode(pair?.key) && isNode(pair.value) ? { key: pair.key, value: pair.value } : null;
    },
    span: (node) => (node?.range ? [node.range[0], node.range[1]] : [0, 0]),
  };
}
