import { quoted } from "../../documents/words.ts";
import type { DocumentPath } from "../../documents/source-document.ts";
import { notShaped, type NotShaped } from "./shape.ts";

/** A file that a configuration names. */
export type NamedFile =
  /** JSON and YAML; any other text has no value. */
  | { readonly path: string; readonly kind: "text"; readonly text: string; readonly value?: unknown }
  /** CSV, TSV and JSON Lines; each row with its place in words, `row 7`. */
  | { readonly path: string; readonly kind: "rows"; readonly rows: readonly NamedRow[] };

export interface NamedRow {
  readonly value: unknown;
  readonly place: string;
}

/** Several files for a name with `*`. */
export type NamedFiles = ReadonlyMap<string, readonly NamedFile[]>;

/** Gives the files of names in a configuration, and keeps what it was asked for in vain. */
export class FileFinder {
  readonly #known: NamedFiles;
  readonly #missing = new Map<string, DocumentPath>();

  constructor(known: NamedFiles) {
    this.#known = known;
  }

  /** The files of a name that stands at a place of the configuration; none while they are still to be read. */
  find(name: string, at: DocumentPath): readonly NamedFile[] {
    const found = this.#known.get(name);
    if (found === undefined && !this.#missing.has(name)) this.#missing.set(name, at);
    return found ?? [];
  }

  /** What must be read before the answer is whole, and where it is named first. */
  get missing(): ReadonlyMap<string, DocumentPath> {
    return this.#missing;
  }
}

const READABLE = /\.(txt|md|j2|json|jsonl|ya?ml|csv|tsv)$/i;
const PROGRAM = /^(exec|python|javascript|package|golang|ruby):\S|\.([cm]?[jt]s|py|rb|go|sh|exe|bat|pl)(:\w+)?$/i;

/**
 * The name of a file in a text that stands for one, as `file://a.txt` does everywhere and a bare `a.txt` where only
 * files are meant; null for a text that is what it says.
 */
export function fileNamed(text: string, bare: boolean): string | null {
  if (text.startsWith("file://")) return text.slice("file://".length);
  if (!bare) return null;
  if (/^(exec|python|package):\S/.test(text)) return text;
  const isName = READABLE.test(text) || isProgram(text) || /^(https?|huggingface|az):\/\//i.test(text);
  return isName && !/\s/.test(text) ? text : null;
}

const isProgram = (name: string): boolean => PROGRAM.test(name);

/** Why a file of this name is not read, whatever it holds; null for one that can be. */
export function notReadable(name: string, at: DocumentPath): NotShaped | null {
  if (isProgram(name)) {
    return notShaped(at, `${quoted(name)} is a program, and none is run`, "Write what it gives into a file.");
  }
  if (/^[a-z]+:\/\//i.test(name)) {
    return notShaped(at, `${quoted(name)} stands elsewhere`, "Download it as CSV or JSON, and name that file.");
  }
  return null;
}
