import type { Problem } from "../../documents/problem.ts";
import type { DocumentPath, LocateOptions, Place } from "../../documents/source-document.ts";
import { RowReader, type Row } from "./csv.ts";
import { splitLines, type Line } from "./lines.ts";
import type { Batches, Read } from "./record.ts";
import { MMLU_COLUMNS } from "../shapes/mmlu.ts";
import { badRow, caseOfCells, columnAt, columnsOf, type Column } from "./table.ts";

/** How a table is to be read. */
export interface TableOptions {
  /** A comma or a tab; in place of a comma the file may show another one, see `shownSeparator`. */
  readonly separator: string;
  /** Columns may have any name, and records then hold them as they are called. */
  readonly anyColumns: boolean;
}

/**
 * Reads a table whose first row names its columns. Rows are counted as a spreadsheet
 * counts them, the header being row 1.
 */
export async function* readCsv(file: string, bytes: AsyncIterable<Uint8Array>, options: TableOptions): Batches {
  let reader: RowReader | null = null;
  let columns: readonly Column[] | null = null;
  let number = 0;
  for await (const lines of splitLines(file, bytes)) {
    const reads: Read[] = [];
    for (const line of lines) {
      const { text, offset } = line;
      if (reader === null) {
        const shown = typeof text === "string" ? shownSeparator(text, options.separator) : null;
        reader = new RowReader(file, shown?.separator ?? options.separator);
        if (shown?.isLine === true) continue;
      }
      const row = typeof text === "string" ? reader.take(text, line.number, offset) : text;
      if (row === null) continue;
      number += 1;
      // Spreadsheets write such rows for lines that have been emptied.
      if (columns !== null && "cells" in row && row.cells.every((cell) => cell.text.trim() === "")) continue;
      if ("message" in row) {
        reads.push({
          ok: false,
          problems: [number === 1 && isJson(text) ? jsonLines(row) : inRow(row, number)],
          offset: typeof text === "string" ? reader.offset : offset,
          ...(columns === null || reader.isLost || line.isLast ? { ofFile: true } : {}),
        });
        if (reader.isLost) {
          yield reads;
          return;
        }
        if (columns === null) break;
      } else if (columns === null && options.anyColumns && isMmluRow(row)) {
        columns = columnsOf(MMLU_COLUMNS, (column) => placeOfCell(file, row, column), true).columns;
        reads.push(readRow(file, columns, row, number));
      } else if (columns === null) {
        const header = headerOf(file, row, options.anyColumns);
        columns = header.columns;
        if (header.problems.length > 0) {
          // Every row would be wrong in the same way.
          yield [{ ok: false, problems: header.problems, offset: 0, ofFile: true }];
          return;
        }
      } else {
        reads.push(readRow(file, columns, row, number));
      }
    }
    if (reads.length > 0) yield reads;
    if (columns === null && number > 0) return;
  }
  const problem = reader?.end() ?? null;
  if (problem === null) return;
  yield [{ ok: false, problems: [inRow(problem, number + 1)], offset: reader?.offset ?? 0, ofFile: true }];
}

/**
 * What separates the columns in place of commas, by the first line: a line `sep=;` of its own, which Excel writes and
 * does not show as a row; or semicolons without a comma, which spreadsheets write where a comma stands in numbers.
 */
function shownSeparator(line: string, given: string): { readonly separator: string; readonly isLine: boolean } | null {
  if (given !== ",") return null;
  const said = /^"?sep=([,;|\t])"?\r?$/i.exec(line)?.[1];
  if (said !== undefined) return { separator: said, isLine: true };
  const outside = line.replaceAll(/"(?:[^"]|"")*"/g, "");
  return outside.includes(";") && !outside.includes(",") ? { separator: ";", isLine: false } : null;
}

/** MMLU's own tables have no header: a question, four choices and a letter stand in the first row as in all others. */
function isMmluRow({ cells }: Row): boolean {
  const [question, ...rest] = cells.map(({ text }) => text);
  const isSentence = /\s/.test(question ?? "");
  return isSentence && cells.length === MMLU_COLUMNS.length && /^[A-D]$/.test(rest.at(-1) ?? "");
}

const isJson = (text: Line["text"]): boolean => typeof text === "string" && /^\s*(\{|\[\s*\{)\s*"/.test(text);

const jsonLines = ({ file, position }: Problem): Problem => ({
  file,
  position,
  path: "",
  message: "this is JSON, not a table",
  hint: "If each line is a test case, name it .jsonl, or say --format jsonl; one document is .json.",
});

const inRow = (problem: Problem, number: number): Problem =>
  problem.position === null ? problem : { ...problem, path: `row ${number}` };

function headerOf(file: string, row: Row, anyColumns: boolean): ReturnType<typeof columnsOf> {
  const names = row.cells.map(({ text }) => text.trim());
  const isOneLine = row.lines.length === 1;
  const other = isOneLine && names.some((name) => name.includes("\r")) ? CARRIAGE_RETURNS : otherSeparator(names);
  if (other !== null) return { columns: [], problems: [{ ...placeOfCell(file, row, 0), path: "header", ...other }] };
  return columnsOf(names, (column) => placeOfCell(file, row, column), anyColumns);
}

/** What old programs of the Macintosh write. */
const CARRIAGE_RETURNS = {
  message: "the lines of this table end in carriage returns alone",
  hint: "Save it with line feeds: tr '\\r' '\\n' < FILE > NEW.",
};

/** A table in one column is mostly one that is separated in another way. */
function otherSeparator(names: readonly string[]): Pick<Problem, "message" | "hint"> | null {
  const [only = ""] = names;
  const kind = /^\w[\w ]*[|\t]/.exec(only)?.[0].at(-1);
  if (names.length > 1 || kind === undefined) return null;
  if (kind === "\t") {
    return { message: "the columns are separated by tabs", hint: "Name the file .tsv, or say --format tsv." };
  }
  return { message: "the columns are separated by bars", hint: "Save it with commas, or with tabs as .tsv." };
}

function readRow(file: string, columns: readonly Column[], row: Row, number: number): Read {
  const { cells, offset } = row;
  if (cells.length !== columns.length) {
    const message = `this row has ${cells.length} cells and the header ${columns.length}`;
    const hint = "A cell that holds the separator must stand in quotes; an empty cell still needs its separator.";
    return { ok: false, problems: [{ ...placeOfCell(file, row, 0), path: `row ${number}`, message, hint }], offset };
  }
  const locate = (path: DocumentPath, options: LocateOptions = {}): Place => {
    const column = columnAt(columns, path);
    return placeOfCell(file, row, Math.max(0, column), options.text);
  };
  const { value, bad } = caseOfCells(
    columns,
    cells.map(({ text }) => text),
  );
  if (bad.length > 0) return badRow(bad, number, offset, locate);
  const document = { file, text: "", value, locate };
  return { ok: true, record: { value, number, counted: "row", offset, document: () => document } };
}

/** Where a cell begins, or a text inside it. */
function placeOfCell(file: string, row: Row, column: number, text?: string): Place {
  const cell = row.cells[column];
  const first = { line: cell?.line ?? 0, column: cell?.column ?? 1 };
  const found = text === undefined ? first : (placeOfText(row.lines, text, first) ?? first);
  const lineText = row.lines[found.line]?.replace(/\r$/, "") ?? null;
  return { file, position: { line: row.line + found.line, column: found.column, lineText } };
}

function placeOfText(
  lines: readonly string[],
  text: string,
  from: { readonly line: number; readonly column: number },
): { line: number; column: number } | null {
  for (let line = from.line; line < lines.length; line += 1) {
    const at = (lines[line] ?? "").indexOf(text, line === from.line ? from.column - 1 : 0);
    if (at !== -1) return { line, column: at + 1 };
  }
  return null;
}
