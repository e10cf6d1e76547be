import { open, type FileHandle } from "node:fs/promises";
import {
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
  type AsyncBuffer,
  type FileMetaData,
} from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { messageOf } from "../../core/errors.ts";
import { WrittenNumber, writtenNumber } from "../../core/written-number.ts";
import { decimal, withoutDecimals } from "./parquet-decimals.ts";
import { writtenJson } from "../../documents/json-numbers.ts";
import type { Place } from "../../documents/source-document.ts";
import type { Batches, Read } from "./record.ts";
import { badRow, caseOfCells, columnsOf, type Column } from "./table.ts";

/** A row group is read at once, so it must fit into memory. */
const MAX_GROUP_BYTES = 256 * 1024 * 1024;

/** How a file is to be read. */
export interface ParquetOptions {
  /** Columns may have any name, and records then hold them as they are called. */
  readonly anyColumns: boolean;
  /** How many rows of a group are wanted. */
  readonly most: number;
}

/** Reads a Parquet file, one row group after another; rows count from 1. `path` is where the file really is. */
export async function* readParquet(file: string, path: string, options: ParquetOptions): Batches {
  const handle = await open(path, "r");
  try {
    yield* rowsOf(file, await bufferOf(handle), options);
  } catch (error) {
    const hint = "Check that it is a Parquet file and was copied whole.";
    const problem = {
      ...nowhere(file),
      path: "",
      message: `not a Parquet file that can be read: ${messageOf(error)}`,
      hint,
    };
    yield [{ ok: false, problems: [problem], offset: null, ofFile: true }];
  } finally {
    await handle.close();
  }
}

const nowhere = (file: string): Place => ({ file, position: null });

async function bufferOf(handle: FileHandle): Promise<AsyncBuffer> {
  const { size } = await handle.stat();
  return {
    byteLength: size,
    async slice(start, end = size) {
      const bytes = new Uint8Array(Math.max(0, Math.min(end, size) - start));
      await handle.read(bytes, 0, bytes.length, start);
      return bytes.buffer;
    },
  };
}

async function* rowsOf(file: string, buffer: AsyncBuffer, { anyColumns, most }: ParquetOptions): Batches {
  const metadata = await parquetMetadataAsync(buffer);
  const names = parquetSchema(metadata).children.map(({ element }) => element.name);
  const { columns, problems } = columnsOf(names, () => nowhere(file), anyColumns);
  if (problems.length > 0) {
    yield [{ ok: false, problems, offset: null, ofFile: true }];
    return;
  }
  const { raw, scales } = withoutDecimals(metadata);
  let first = 0;
  for (const group of metadata.row_groups) {
    const rows = Math.min(most, Number(group.num_rows));
    const size = Number(group.total_byte_size);
    if (size > MAX_GROUP_BYTES) {
      yield [{ ok: false, problems: [groupTooLarge(file, first, size)], offset: null, ofFile: true }];
      return;
    }
    yield await readGroup(file, { buffer, raw, scales, columns, first, rows });
    first += rows;
  }
}

interface Group {
  readonly buffer: AsyncBuffer;
  readonly raw: FileMetaData;
  /** How many decimal digits the numbers of a column have; of the others it has no entry. */
  readonly scales: ReadonlyMap<string, number>;
  readonly columns: readonly Column[];
  readonly first: number;
  readonly rows: number;
}

/** A byte order mark that begins a value belongs to it, unlike one that begins a file. */
const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });
const textOf = (bytes: Uint8Array | undefined): string | undefined => bytes && UTF8.decode(bytes);

/** How texts, and values that a column holds as JSON, are read: as they are written. */
const AS_WRITTEN = {
  stringFromBytes: textOf,
  jsonFromBytes: (bytes: Uint8Array | undefined): unknown => bytes && writtenJson(textOf(bytes) ?? ""),
};

async function readGroup(file: string, { buffer, raw, scales, columns, first, rows }: Group): Promise<Read[]> {
  const range = { rowStart: first, rowEnd: first + rows };
  const objects = await parquetReadObjects({
    file: buffer,
    metadata: raw,
    compressors,
    utf8: false,
    parsers: AS_WRITTEN,
    ...range,
  });
  return objects.map((object, index) => {
    const cells = columns.map(({ name }) => {
      const cell: unknown = Object.hasOwn(object, name) ? object[name] : undefined;
      const scale = scales.get(name);
      return scale === undefined ? plain(cell) : decimal(cell, scale);
    });
    return readRow(file, columns, cells, first + index + 1);
  });
}

function readRow(file: string, columns: readonly Column[], cells: readonly unknown[], number: number): Read {
  const locate = (): Place => nowhere(file);
  const { value, bad } = caseOfCells(columns, cells);
  if (bad.length > 0) return badRow(bad, number, null, locate);
  const document = { file, text: "", value, locate };
  return { ok: true, record: { value, number, counted: "row", offset: null, document: () => document } };
}

function groupTooLarge(file: string, row: number, size: number): Extract<Read, { ok: false }>["problems"][number] {
  return {
    ...nowhere(file),
    path: `row ${row + 1}`,
    message: `the row group that begins here takes ${Math.round(size / 1024 / 1024)} MB, and ${MAX_GROUP_BYTES / 1024 / 1024} MB is the most`,
    hint: "Write the file again with smaller row groups, such as 10 000 rows each.",
  };
}

/** A Parquet value as JSON has it: numbers, whole ones of any size, texts and times in ISO-8601; what is null is absent. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") return writtenNumber(String(value));
  if (value === null) return undefined;
  if (typeof value !== "object" || value instanceof WrittenNumber) return value;
  if (Array.isArray(value)) return value.map((entry) => plain(entry) ?? null);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("utf8");
  if ("toISOString" in value && typeof value.toISOString === "function") return String(value.toISOString());
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, entry]) => [key, plain(entry)] as const)
      .filter(([, entry]) => entry !== undefined),
  );
}
