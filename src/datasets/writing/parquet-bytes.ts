import { ByteWriter, ParquetWriter, type SchemaElement } from "hyparquet-writer";
import type { Dataset } from "../../core/dataset.ts";
import type { Column } from "../formats/table.ts";
import { cellsOf } from "./table-layout.ts";

/** A row group is held whole, here and by whoever reads it: it ends at whichever comes first. */
const GROUP_ROWS = 10_000;
const GROUP_CHARS = 8 * 1024 * 1024;

/**
 * A dataset as a Parquet file, a row group at a time. The columns are those of a table of text, and so are the cells;
 * one that is absent is null.
 */
export async function* parquetBytes(
  dataset: Dataset,
  columns: readonly Column[],
): AsyncGenerator<Uint8Array, void, undefined> {
  const bytes = new ByteWriter();
  const writer = new ParquetWriter({ writer: bytes, schema: schemaOf(columns), createdBy: "llm-test-bench" });
  const write = async (rows: readonly string[][]): Promise<Uint8Array> => {
    await writer.write({ columnData: columnData(columns, rows), rowGroupSize: rows.length });
    return taken(bytes);
  };
  let rows: string[][] = [];
  let chars = 0;
  for await (const testCase of dataset.cases()) {
    const cells = cellsOf(testCase, columns);
    rows.push(cells);
    chars += cells.reduce((sum, cell) => sum + cell.length, 0);
    if (rows.length < GROUP_ROWS && chars < GROUP_CHARS) continue;
    yield await write(rows);
    [rows, chars] = [[], 0];
  }
  if (rows.length > 0) yield await write(rows);
  await writer.finish();
  yield taken(bytes);
}

function schemaOf(columns: readonly Column[]): SchemaElement[] {
  const texts = columns.map(({ name }): SchemaElement => ({
    name,
    type: "BYTE_ARRAY",
    converted_type: "UTF8",
    repetition_type: "OPTIONAL",
  }));
  return [{ name: "root", num_children: columns.length }, ...texts];
}

function columnData(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): { name: string; data: (string | null)[] }[] {
  // An empty cell is an absent key, in every table.
  return columns.map(({ name }, index) => ({ name, data: rows.map((cells) => cells[index] || null) }));
}

/** What was written since the last time; the writer counts on from where it is. */
function taken(bytes: ByteWriter): Uint8Array {
  const piece = Uint8Array.from(bytes.getBytes());
  bytes.index = 0;
  return piece;
}
