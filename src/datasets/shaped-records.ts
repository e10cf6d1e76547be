import type { Problem } from "../documents/problem.ts";
import { pathText, type DocumentPath, type SourceDocument } from "../documents/source-document.ts";
import { pathInRecord, type Read, type SourceRecord } from "./formats/record.ts";
import type { Reading } from "./reading.ts";
import { isFields } from "./shapes/fields.ts";
import type { NotShaped, Origins, Shaped } from "./shapes/shape.ts";

/** A record as a test case would be written; its places stay those of the file. */
export function shapedRead(record: SourceRecord, { shape, idPrefix }: Reading): Read {
  // What is no object is left to the schema.
  if (shape === null || !isFields(record.value)) return { ok: true, record };
  return readOf(record, shape.toCase(record.value), `${idPrefix}row-${record.number}`);
}

/** What a shape made of a record, as a record or a problem with its place. */
export function readOf(record: SourceRecord, shaped: Shaped, id: string): Read {
  if (!shaped.ok) {
    const document = record.document();
    const problems = [shaped, ...(shaped.others ?? [])].map((wrong) => problemIn(record, document, wrong));
    return { ok: false, problems, offset: record.offset };
  }
  const value = Object.hasOwn(shaped.value, "id") ? shaped.value : { id, ...shaped.value };
  return { ok: true, record: { ...record, value, document: () => moved(record.document(), value, shaped.from) } };
}

function problemIn(record: SourceRecord, document: SourceDocument, { path, message, hint }: NotShaped): Problem {
  const { file, position } = document.locate(path);
  const problem = { file, position, path: pathInRecord(record, pathText(path)), message };
  return hint === undefined ? problem : { ...problem, hint };
}

function moved(document: SourceDocument, value: unknown, from: Origins): SourceDocument {
  const sourceOf = ([first = "", ...rest]: DocumentPath): DocumentPath =>
    typeof first === "string" && Object.hasOwn(from, first) ? [...(from[first] ?? []), ...rest] : [first, ...rest];
  return {
    ...document,
    value,
    locate: (path, options) => document.locate(path.length === 0 ? path : sourceOf(path), options),
  };
}
