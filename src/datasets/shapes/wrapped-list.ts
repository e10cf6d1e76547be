import type { DocumentPath } from "../../documents/source-document.ts";
import { fieldAt, isFields, type Fields } from "./fields.ts";

/** A list of records that stands inside a document. */
export interface WrappedList {
  /** What the document calls it. */
  readonly key: string;
  readonly entries: readonly { readonly value: unknown; readonly path: DocumentPath }[];
}

/** What exports of others call their list. */
const NAMES = ["data", "rows", "examples", "instances", "items", "questions", "samples", "records"];
/** A document with one of these is meant to be ours. */
const OURS = ["name", "version", "schema_version", "defaults", "test_cases"];

/**
 * The records of a document that is an export around one list; null for any other. The hub's rows
 * (https://huggingface.co/docs/dataset-viewer/rows) each stand in a `row` of their own.
 */
export function wrappedList(document: Fields): WrappedList | null {
  if (OURS.some((key) => fieldAt(document, key) !== undefined)) return null;
  const [found, ...others] = NAMES.flatMap((key) => {
    const list = fieldAt(document, key);
    // One odd entry is told as such, and makes no other document of it.
    return Array.isArray(list) && list.filter(isFields).length * 2 > list.length ? [{ key, list }] : [];
  });
  if (found === undefined || others.length > 0) return null;
  const { key, list } = found;
  const rowOf = (entry: unknown): unknown => (isFields(entry) ? fieldAt(entry, "row") : undefined);
  const inRows = list.filter((entry) => isFields(rowOf(entry))).length * 2 > list.length;
  return {
    key,
    entries: list.map((entry, index) =>
      inRows && isFields(rowOf(entry))
        ? { value: rowOf(entry), path: [key, index, "row"] }
        : { value: entry, path: [key, index] },
    ),
  };
}
