import type { Dataset, DatasetNote, LeftOut, TestCase } from "../core/dataset.ts";
import { pathText, type Place, type SourceDocument } from "../documents/source-document.ts";
import { documentDataset } from "./document-dataset.ts";
import { notesOf } from "./foreign-cases.ts";
import type { Foreign } from "../core/dataset.ts";
import { understood } from "./understand.ts";
import { isDocument } from "./formats/format.ts";
import { pathInRecord, type SourceRecord } from "./formats/record.ts";
import { findDataset, type FoundDataset, type SourceOptions } from "./find-dataset.ts";
import { hashOfParts } from "./part-hash.ts";
import { CaseStream, type StreamOptions } from "./stream.ts";
import { CaseWarnings, type CaseWarning } from "./warnings.ts";

/** More warnings are counted, not kept. */
const KEPT_WARNINGS = 1000;

/** A warning with where it stands, as a problem says it. */
export interface PlacedWarning extends Omit<CaseWarning, "path">, Place {
  readonly path: string;
}

/** A dataset that is valid, and what is odd about it. */
export interface Validation {
  readonly name: string;
  readonly version: string;
  /** How it was read. */
  readonly notes: readonly DatasetNote[];
  readonly cases: number;
  /** Invalid records that are left out, where some may be. */
  readonly leftOut: LeftOut | null;
  /** The first thousand. */
  readonly warnings: readonly PlacedWarning[];
  readonly warningCount: number;
}

/** Where a dataset is found, how it is read, and how many records may be invalid. */
export type ValidateOptions = SourceOptions & Foreign & StreamOptions;

/**
 * Checks a dataset of any size in one pass with flat memory. Throws one `BenchError("dataset")` that tells everything
 * that is wrong with it.
 */
export async function validateDataset(nameOrPath: string, options: ValidateOptions = {}): Promise<Validation> {
  const found = await findDataset(nameOrPath, options);
  try {
    return await validated(found, options);
  } finally {
    await found.close?.();
  }
}

async function validated(given: FoundDataset, options: ValidateOptions): Promise<Validation> {
  const { parts, notes: ofRows } = await understood(given.parts, options);
  const found = { ...given, parts };
  const [first] = parts;
  if (first !== undefined && found.parts.length === 1 && isDocument(first.encoding.format)) {
    const records: [TestCase, SourceRecord][] = [];
    const dataset = await documentDataset(first, found, options, (...one) => records.push(one));
    const { name, version, notes = [], leftOut = null } = dataset;
    const all = gathered(dataset.defaults);
    for (const [testCase, record] of records) all.add(testCase, record);
    return { name, version, notes, leftOut, ...all.result() };
  }
  const stream = new CaseStream(found.parts, options);
  const all = gathered(await stream.defaults());
  await stream.check((testCase, record) => all.add(testCase, record));
  const lost = (stream.leftOut?.inWords ?? []).map((text): DatasetNote => ({ kind: "warning", text }));
  return {
    name: found.name,
    version: (await hashOfParts(found.parts)).slice(0, 12),
    notes: [...notesOf(ofRows), ...lost],
    leftOut: stream.leftOut,
    ...all.result(),
  };
}

interface Gathered {
  add(testCase: TestCase, record: SourceRecord): void;
  result(): Omit<Validation, "name" | "version" | "notes" | "leftOut">;
}

function gathered(defaults: Dataset["defaults"]): Gathered {
  const look = new CaseWarnings(defaults);
  const warnings: PlacedWarning[] = [];
  let cases = 0;
  let warningCount = 0;
  return {
    add(testCase, record) {
      cases += 1;
      const found = look.of(testCase);
      warningCount += found.length;
      if (found.length > 0 && warnings.length < KEPT_WARNINGS) warnings.push(...placed(found, record));
    },
    result: () => ({ cases, warnings, warningCount }),
  };
}

/** A document is made for those that are kept only: it holds the places of all that it has. */
function placed(found: readonly CaseWarning[], record: SourceRecord): PlacedWarning[] {
  const document = record.document();
  return found.map((warning) => ({
    ...warning,
    ...placeIn(document, warning),
    path: pathInRecord(record, pathText(warning.path)),
  }));
}

/** The places of a longer text would take more memory than a file that is in order should. */
const LOCATED_CHARS = 32 * 1024 * 1024;

function placeIn(document: SourceDocument, { kind, path }: CaseWarning): Place {
  if (document.text.length > LOCATED_CHARS) return { file: document.file, position: null };
  return document.locate(path, { key: kind === "unused_variable" });
}
