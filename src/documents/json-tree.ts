import type { SyntaxTree } from "./source-document.ts";

/** Where a value or a key stands in a JSON text. */
export interface JsonSpan {
  readonly start: number;
  readonly end: number;
}

interface Child {
  readonly key: JsonSpan | null;
  readonly value: JsonSpan;
}

/**
 * The places in a JSON text that is known to be in order. Only those containers are looked into that lead to what is
 * asked for, each once: a tree of all of a large document would take a hundred times its memory.
 */
export function jsonTree(text: string): SyntaxTree<JsonSpan> {
  const start = skipSpace(text, 0);
  const keys = new WeakMap<JsonSpan, ReadonlyMap<string, Child>>();
  const entries = new WeakMap<JsonSpan, readonly number[]>();
  const childOf = (node: JsonSpan, step: string | number): Child | null => {
    if (text[node.start] === "[") {
      const starts = entries.get(node) ?? entriesIn(text, node);
      entries.set(node, starts);
      const at = starts[Number(step)];
      return at === undefined ? null : { key: null, value: { start: at, end: endOfValue(text, at) } };
    }
    if (text[node.start] !== "{") return null;
    const members = keys.get(node) ?? membersIn(text, node);
    keys.set(node, members);
    return members.get(String(step)) ?? null;
  };
  return {
    root: { start, end: endOfValue(text, start) },
    child: childOf,
    span: ({ start: from, end }) => [from, end],
  };
}

/** Where the entries of a list begin: there may be a million of them. */
function entriesIn(text: string, { start }: JsonSpan): number[] {
  const starts: number[] = [];
  let at = skipSpace(text, start + 1);
  while (at < text.length && text[at] !== "]") {
    starts.push(at);
    at = skipComma(text, endOfValue(text, at));
  }
  return starts;
}

function membersIn(text: string, { start }: JsonSpan): Map<string, Child> {
  const members = new Map<string, Child>();
  let at = skipSpace(text, start + 1);
  while (at < text.length && text[at] !== "}") {
    const key = { start: at, end: endOfValue(text, at) };
    // A colon stands behind it.
    at = skipSpace(text, skipSpace(text, key.end) + 1);
    const value = { start: at, end: endOfValue(text, at) };
    const name = JSON.parse(text.slice(key.start, key.end)) as string;
    if (!members.has(name)) members.set(name, { key, value });
    at = skipComma(text, value.end);
  }
  return members;
}

function skipComma(text: string, from: number): number {
  const at = skipSpace(text, from);
  return text[at] === "," ? skipSpace(text, at + 1) : at;
}

const NOT_SPACE = /[^ \t\r\n]/g;
const BRACKET_OR_TEXT = /["{}[\]]/g;
const END_OF_SCALAR = /[,}\] \t\r\n]/g;

function skipSpace(text: string, from: number): number {
  NOT_SPACE.lastIndex = from;
  return NOT_SPACE.exec(text)?.index ?? text.length;
}

function endOfValue(text: string, start: number): number {
  const first = text[start];
  if (first === '"') return endOfText(text, start);
  if (first !== "{" && first !== "[") {
    END_OF_SCALAR.lastIndex = start;
    return END_OF_SCALAR.exec(text)?.index ?? text.length;
  }
  let depth = 0;
  for (let at = start; ;) {
    BRACKET_OR_TEXT.lastIndex = at;
    const found = BRACKET_OR_TEXT.exec(text);
    if (found === null) return text.length;
    const [mark] = found;
    at = found.index + 1;
    if (mark === '"') at = endOfText(text, found.index);
    else depth += mark === "{" || mark === "[" ? 1 : -1;
    if (depth === 0) return at;
  }
}

function endOfText(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (text[at - 1 - backslashes] === "\\") backslashes += 1;
    if (backslashes % 2 === 0) return at + 1;
  }
  return text.length;
}
