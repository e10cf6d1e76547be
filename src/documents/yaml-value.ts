import { isAlias, isCollection, isMap, isScalar, isSeq } from "yaml";
import type { Alias, Document, Node, Pair, Scalar, YAMLMap, YAMLSeq } from "yaml";
import { writtenNumber, WrittenNumber } from "../core/written-number.ts";
import { MAX_DEPTH, TOO_DEEP } from "./depth.ts";
import type { Problem } from "./problem.ts";
import { clipped } from "./words.ts";

/** How often aliases may be expanded, in total: enough for shared settings, too few to blow up a nest of them. */
const MAX_ALIASES = 10_000;
/** How many values the aliases may stand for, in total: whoever reads the document looks at each. */
const MAX_ALIASED = 1_000_000;
/** More problems of one kind say nothing new. */
const MOST_PROBLEMS = 1000;
const LONGEST_NAME = 40;

/** Makes a problem at an offset of the text. */
export type MakeProblem = (offset: number, message: string, hint?: string) => Problem;

/** What a document holds, and what the syntax allows but no plain value can hold. */
export interface YamlValue {
  readonly value: unknown;
  readonly problems: readonly Problem[];
  /** What aliases stand for. */
  readonly targets: ReadonlyMap<Node, Node>;
}

/** The value of a document that was parsed, with its numbers and its keys as they are written. */
export function yamlValue(parsed: Document.Parsed, problem: MakeProblem): YamlValue {
  const reader = new Reader(problem);
  const value = reader.read(parsed.contents, 1).value;
  return { value, problems: reader.problems, targets: reader.targets };
}

/** A value, with the aliases that stand in it and the values that they stand for. */
interface Sized {
  readonly value: unknown;
  readonly aliases: number;
  readonly size: number;
}

const NOTHING: Sized = { value: null, aliases: 0, size: 1 };

class Reader {
  readonly problems: Problem[] = [];
  readonly targets = new Map<Node, Node>();
  readonly #problem: MakeProblem;
  /** Null for what is still being read. */
  readonly #anchors = new Map<string, { readonly node: Node; read: Sized | null }>();
  #aliases = 0;
  #aliased = 0;

  constructor(problem: MakeProblem) {
    this.#problem = problem;
  }

  read(node: Node | null, depth: number): Sized {
    if (node === null) return NOTHING;
    if (isAlias(node)) return this.#alias(node);
    const { anchor } = node as { anchor?: string };
    const known = anchor === undefined ? null : { node, read: null as Sized | null };
    if (anchor !== undefined && known !== null) this.#anchors.set(anchor, known);
    const read = this.#own(node, depth);
    if (known !== null) known.read = read;
    return read;
  }

  #own(node: Node, depth: number): Sized {
    if (isScalar(node)) return { value: scalarValue(node), aliases: 0, size: 1 };
    if (depth > MAX_DEPTH) {
      this.#tell(node, TOO_DEEP);
      return NOTHING;
    }
    if (isSeq(node)) return this.#list(node, depth);
    return isMap(node) ? this.#mapping(node, depth) : NOTHING;
  }

  #list(node: YAMLSeq, depth: number): Sized {
    const value: unknown[] = [];
    let [aliases, size] = [0, 1];
    for (const item of node.items) {
      const read = this.read(item as Node | null, depth + 1);
      value.push(read.value);
      aliases += read.aliases;
      size += read.size;
    }
    return { value, aliases, size };
  }

  #mapping(node: YAMLMap, depth: number): Sized {
    const value: Record<string, unknown> = {};
    const seen = new Set<string>();
    let [aliases, size] = [0, 1];
    for (const { key, value: item } of node.items as Pair<Node | null, Node | null>[]) {
      const name = this.#key(key);
      const read = this.read(item, depth + 1);
      aliases += read.aliases;
      size += read.size;
      if (name === null) continue;
      if (seen.has(name) && key !== null) this.#tell(key, ...TWICE);
      seen.add(name);
      // An assignment would reach the prototype.
      if (name === "__proto__") {
        Object.defineProperty(value, name, { value: read.value, writable: true, enumerable: true, configurable: true });
      } else value[name] = read.value;
    }
    return { value, aliases, size };
  }

  /** A key as text; null for what is none, which is a problem. */
  #key(key: Node | null): string | null {
    if (key === null) return "";
    if (isScalar(key) && key.type === "PLAIN" && key.value === "<<") {
      this.#tell(key, ...MERGE_KEY);
      return null;
    }
    const { value } = this.read(key, MAX_DEPTH);
    const target = isAlias(key) ? this.targets.get(key) : key;
    if (target !== undefined && isCollection(target)) {
      this.#tell(key, "a key must be plain text, not a list or a mapping", QUOTE_BRACES);
      return null;
    }
    return keyText(value);
  }

  #alias(node: Alias): Sized {
    const { source } = node;
    const shown = clipped(source, LONGEST_NAME);
    const known = this.#anchors.get(source);
    if (known === undefined) {
      this.#tell(node, `the alias *${shown} has no anchor &${shown} before it`);
      return NOTHING;
    }
    this.targets.set(node, known.node);
    if (known.read === null) {
      this.#tell(node, `the alias *${shown} stands inside what it repeats`);
      return NOTHING;
    }
    const { value, aliases, size } = known.read;
    const wereFew = this.#aliases <= MAX_ALIASES && this.#aliased <= MAX_ALIASED;
    this.#aliases += 1 + aliases;
    this.#aliased += size;
    if (wereFew && (this.#aliases > MAX_ALIASES || this.#aliased > MAX_ALIASED)) this.#tell(node, ...TOO_MANY_ALIASES);
    // What is refused anyway need not be put together.
    return wereFew ? { value, aliases: aliases + 1, size } : NOTHING;
  }

  #tell(node: Node, message: string, hint?: string): void {
    if (this.problems.length < MOST_PROBLEMS) this.problems.push(this.#problem(node.range?.[0] ?? 0, message, hint));
  }
}

/** A scalar's value; a number as it is written. */
export function scalarValue({ value, source }: Scalar): unknown {
  return typeof value === "number" ? writtenNumber(source ?? String(value), value) : value;
}

/** A key's value as the key that it is. */
export function keyText(value: unknown): string {
  if (typeof value === "string") return value;
  const isPlain = typeof value === "number" || typeof value === "boolean" || value instanceof WrittenNumber;
  return isPlain ? String(value) : "";
}

export const QUOTE_BRACES = 'Text that begins with "{{" needs quotes: prompt: "{{name}} …".';

const TWICE: [string, string] = ["this key stands twice in one mapping", "Remove or rename one of them."];

const MERGE_KEY: [string, string] = [
  "merge keys (<<) are not supported: YAML 1.2 has none",
  'Write out the keys that it would bring here. A key that is called so needs quotes: "<<".',
];

const TOO_MANY_ALIASES: [string, string] = [
  `the aliases of this document stand for too much: more than ${MAX_ALIASES} aliases, or ${MAX_ALIASED} values`,
  "Write out what is repeated, or use JSON Lines.",
];
