import type { Problem } from "../../documents/problem.ts";
import { MAX_RECORD_BYTES } from "./record.ts";

/** One cell of a row, with where it begins in the row's text. */
export interface Cell {
  readonly text: string;
  /** Lines after the row's first one. */
  readonly line: number;
  /** Counts from 1. */
  readonly column: number;
}

/** A row of a table. */
export interface Row {
  readonly cells: readonly Cell[];
  /** The line it begins on, counted from 1. */
  readonly line: number;
  /** Its lines as they stand in the file. */
  readonly lines: readonly string[];
  /** Where it begins, in bytes. */
  readonly offset: number;
}

/** Behind a quote that is never closed each line costs its time: nobody waits for 16 MB of short ones. */
const MAX_CELL_LINES = 250_000;

/**
 * Reads RFC 4180 line by line: cells may stand in double quotes, and then hold separators, line breaks and doubled
 * quotes. A row comes with the line that ends it; lines outside of rows that hold nothing are skipped.
 */
export class RowReader {
  readonly #file: string;
  readonly #separator: string;
  #cells: Cell[] = [];
  #lines: string[] = [];
  #start = { line: 0, offset: 0 };
  #characters = 0;
  /** The cell in quotes that goes on in the next line. */
  #open: { line: number; column: number } | null = null;

  constructor(file: string, separator: string) {
    this.#file = file;
    this.#separator = separator;
  }

  /** Takes the next line without its line feed; gives a row, what is wrong with it, or null when there is more to it. */
  take(text: string, line: number, offset: number): Row | Problem | null {
    if (this.#open === null) {
      if (text === "" || text === "\r") return null;
      this.#cells = [];
      this.#lines = [];
      this.#start = { line, offset };
      this.#characters = 0;
    }
    this.#lines.push(text);
    this.#characters += text.length;
    const wrong = this.#scan(text);
    if (wrong !== null) {
      this.#open = null;
      return this.#problem(line - this.#start.line, wrong.column, wrong.message, wrong.hint);
    }
    if (this.#open !== null) return this.isLost ? this.#unclosed(true) : null;
    return { cells: this.#cells, ...this.#start, lines: this.#lines };
  }

  /** Whether a cell goes on for so long that its quote must be missing: what follows cannot be told apart any more. */
  get isLost(): boolean {
    return this.#open !== null && (this.#characters > MAX_RECORD_BYTES || this.#lines.length > MAX_CELL_LINES);
  }

  /** What is wrong when no line follows; null when nothing is. */
  end(): Problem | null {
    return this.#open === null ? null : this.#unclosed(false);
  }

  /** Where the row that is being read began, in bytes. */
  get offset(): number {
    return this.#start.offset;
  }

  #scan(text: string): { column: number; message: string; hint: string } | null {
    const line = this.#lines.length - 1;
    let at = 0;
    for (;;) {
      if (this.#open !== null || text.startsWith('"', at)) {
        const open = this.#open ?? { line, column: at + 1 };
        const from = this.#open === null ? at + 1 : at;
        const closed = quotedPart(text, from);
        if (closed === null) {
          this.#open = open;
          return null;
        }
        this.#cells.push({ ...open, text: this.#textFrom(open, closed) });
        this.#open = null;
        at = closed + 1;
        if (at < text.length && !text.startsWith(this.#separator, at) && text.slice(at) !== "\r") {
          return { column: at + 1, message: "text after the closing quote of a cell", hint: DOUBLE_QUOTES };
        }
      } else {
        const separator = text.indexOf(this.#separator, at);
        const end = separator === -1 ? text.length - (text.endsWith("\r") ? 1 : 0) : separator;
        const cell = text.slice(at, Math.max(at, end));
        const quote = cell.indexOf('"');
        if (quote !== -1) {
          return {
            column: at + quote + 1,
            message: "a quote inside a cell that is not in quotes",
            hint: DOUBLE_QUOTES,
          };
        }
        this.#cells.push({ text: cell, line, column: at + 1 });
        at = separator === -1 ? text.length : separator;
      }
      if (!text.startsWith(this.#separator, at)) return null;
      at += this.#separator.length;
    }
  }

  /** A cell in quotes up to `end` of the last line; made at once, since a text that grows by a million lines is slow. */
  #textFrom({ line, column }: { readonly line: number; readonly column: number }, end: number): string {
    const parts = this.#lines.slice(line);
    parts.push((parts.pop() ?? "").slice(0, end));
    parts[0] = (parts[0] ?? "").slice(column);
    return unquoted(parts.join("\n"));
  }

  #unclosed(goesOn: boolean): Problem {
    const { line, column } = this.#open ?? { line: 0, column: 1 };
    const long = this.#characters > MAX_RECORD_BYTES ? "16 MB" : `${MAX_CELL_LINES} lines`;
    const message = goesOn
      ? `this cell goes on for more than ${long}: its closing quote must be missing`
      : "the quote that opens this cell is never closed";
    return this.#problem(line, column, message, DOUBLE_QUOTES);
  }

  #problem(line: number, column: number, message: string, hint: string): Problem {
    const lineText = this.#lines[line]?.replace(/\r$/, "") ?? null;
    return { file: this.#file, position: { line: this.#start.line + line, column, lineText }, path: "", message, hint };
  }
}

const DOUBLE_QUOTES = 'A cell that holds quotes stands in quotes itself, and each of its own is doubled: "say ""hi""".';

/** Where the quote stands that ends a cell in quotes; null when it does not end in this line. */
function quotedPart(text: string, from: number): number | null {
  for (let at = text.indexOf('"', from); at !== -1; at = text.indexOf('"', at + 2)) {
    if (text[at + 1] !== '"') return at;
  }
  return null;
}

const unquoted = (text: string): string => text.replaceAll('""', '"');
