import { positionFinder } from "./position.ts";
import type { Position } from "./position.ts";

/** The way from a document's root to a value: keys and array indices. */
export type DocumentPath = readonly (string | number)[];

/** Where something stands, for a reader to find it; the position is null for what has no text (a module, a variable). */
export interface Place {
  readonly file: string;
  readonly position: Position | null;
}

export interface LocateOptions {
  /** The key instead of its value. */
  readonly key?: boolean;
  /** The first occurrence of this text inside the value, when it is written there as it is. */
  readonly text?: string;
}

/** A value that knows where in its file each part was written. */
export interface SourceDocument {
  readonly file: string;
  readonly text: string;
  readonly value: unknown;
  /** The place of the value at `path`, or of its nearest parent when there is none. */
  readonly locate: (path: DocumentPath, options?: LocateOptions) => Place;
}

/** Start and end in the text, in UTF-16 units; the end is exclusive. */
export type Span = readonly [start: number, end: number];

/** What a parser knows of its syntax tree. */
export interface SyntaxTree<N> {
  readonly root: N;
  child(node: N, step: string | number): { readonly key: N | null; readonly value: N } | null;
  span(node: N): Span;
}

/** Joins a value with the tree it was read from; the tree is asked for only when something must be located. */
export function sourceDocument<N>(
  file: string,
  text: string,
  value: unknown,
  parseTree: () => SyntaxTree<N>,
): SourceDocument {
  let tree: SyntaxTree<N> | undefined;
  const positionAt = positionFinder(text);
  return {
    file,
    text,
    value,
    locate(path, options = {}) {
      tree ??= parseTree();
      const [start, end] = spanOf(tree, path, options.key === true);
      const found = options.text === undefined ? -1 : text.indexOf(options.text, start);
      return { file, position: positionAt(found >= 0 && found < end ? found : start) };
    },
  };
}

function spanOf<N>(tree: SyntaxTree<N>, path: DocumentPath, wantKey: boolean): Span {
  let node = tree.root;
  for (const [index, step] of path.entries()) {
    const child = tree.child(node, step);
    if (child === null) break;
    if (wantKey && child.key !== null && index === path.length - 1) return tree.span(child.key);
    node = child.value;
  }
  return tree.span(node);
}

/** A document for a value that has no text of its own, such as an imported module's. */
export function documentWithoutText(name: string, value: unknown): SourceDocument {
  return { file: name, text: "", value, locate: () => ({ file: name, position: null }) };
}

/** The value at a path, walking own properties only; undefined where there is none. */
export function valueAt(value: unknown, path: DocumentPath): unknown {
  let current = value;
  for (const step of path) {
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, step)) return undefined;
    current = (current as Record<string | number, unknown>)[step];
  }
  return current;
}

/** A longer key is cut in a path: it may be as long as a file. */
const LONGEST_STEP = 200;

/** A path as a reader would write it: `test_cases[3].variables["my name"]`. */
export function pathText(path: DocumentPath): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "string" && step.length > LONGEST_STEP) text += `["${step.slice(0, LONGEST_STEP)}…"]`;
    else if (typeof step === "number") text += `[${step}]`;
    else if (/^[\w$-]+$/.test(step)) text += text === "" ? step : `.${step}`;
    else text += `[${JSON.stringify(step)}]`;
  }
  return text;
}
