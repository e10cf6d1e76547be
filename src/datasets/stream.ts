import { isDeepStrictEqual } from "node:util";
import type { Dataset, DatasetRows, TestCase } from "../core/dataset.ts";
import { BenchError } from "../core/errors.ts";
import { recordProblems } from "./check-record.ts";
import { datasetError } from "./dataset-error.ts";
import { pathInRecord, placeOf, type Read, type SourceRecord } from "./formats/record.ts";
import { defaultsOf } from "./document-cases.ts";
import { isDocument } from "./formats/format.ts";
import { IdSet } from "../core/id-set.ts";
import { hasImageFiles, Images } from "./images.ts";
import type { Part } from "./part.ts";
import { hashOfFirst, hashOfParts } from "./part-hash.ts";
import { recordsOf } from "./part-records.ts";
import { ProblemList } from "./problem-list.ts";

/** Places of records count on from file to file; no file has more lines than this. */
const FILE_PLACES = 2 ** 40;

/** Hears of a case that is in order, and of the record it was read from. */
export type OnCase = (testCase: TestCase, record: SourceRecord) => void;

/**
 * The test cases of row-by-row files. They are read from the disk in each pass. The first pass over a row also checks
 * it; the others, which follow behind, do not check again.
 */
export class CaseStream {
  readonly #parts: readonly Part[];
  readonly #images: readonly Images[];
  readonly #ids = new IdSet();
  /** How many rows have been checked, in the order of the files. */
  #checked = 0;
  #whole = false;
  goodBytes: number | null = null;

  constructor(parts: readonly Part[]) {
    this.#parts = parts;
    this.#images = parts.map(({ source }) => new Images(source.folder));
  }

  /** How many cases there are; null until a pass has come to the end. */
  get count(): number | null {
    return this.#whole ? this.#checked : null;
  }

  /**
   * What the documents among the files say of every request; documents of one folder must say the same.
   * Throws `BenchError("dataset")`.
   */
  async defaults(): Promise<Dataset["defaults"]> {
    let first: { readonly name: string; readonly defaults: Dataset["defaults"] } | null = null;
    for (const part of this.#parts.filter(({ encoding }) => isDocument(encoding.format))) {
      const [name, defaults] = [part.source.name, await defaultsOf(part)];
      first ??= { name, defaults };
      if (isDeepStrictEqual(first.defaults, defaults)) continue;
      throw new BenchError("dataset", `${first.name} and ${name} have different defaults`, {
        hint: "The files of a folder make one dataset, with one set of defaults: give them the same, or run them apart.",
      });
    }
    return first?.defaults ?? {};
  }

  /** One pass; throws `BenchError("dataset")` at the first row that is not valid. */
  async *cases(): AsyncGenerator<TestCase, void, undefined> {
    let row = 0;
    for await (const { read, file } of this.#reads()) {
      row += 1;
      if (row > this.#checked) {
        const problems = this.#problemsOf(read, file);
        if (problems.length > 0) {
          this.goodBytes = read.ok ? read.record.offset : read.offset;
          throw await datasetError(problems, { checked: this.#checked });
        }
        this.#checked = row;
      }
      // Checked before, and the file may not change meanwhile.
      if (!read.ok) continue;
      const testCase = read.record.value as TestCase;
      if (!hasImageFiles(testCase)) {
        yield testCase;
        continue;
      }
      const withImages = await this.#withImages(testCase, read.record, file);
      if (withImages.problems.length > 0) throw await datasetError(withImages.problems);
      yield withImages.testCase;
    }
    if (row === 0) throw this.#empty();
    this.#whole = true;
  }

  /** Checks every row and gathers what is wrong; `onCase` hears of each case that is in order. */
  async check(onCase?: OnCase): Promise<ProblemList> {
    const list = new ProblemList();
    let row = 0;
    for await (const { read, file } of this.#reads()) {
      row += 1;
      const problems = this.#problemsOf(read, file);
      list.add(problems);
      if (!read.ok || problems.length > 0) continue;
      const testCase = read.record.value as TestCase;
      if (hasImageFiles(testCase)) {
        const withImages = await this.#withImages(testCase, read.record, file);
        list.add(withImages.problems);
        if (withImages.problems.length === 0) onCase?.(withImages.testCase, read.record);
      } else onCase?.(testCase, read.record);
    }
    if (row === 0) throw this.#empty();
    this.#checked = row;
    this.#whole = true;
    return list;
  }

  async *#reads(): AsyncGenerator<{ read: Read; file: number }, void, undefined> {
    for (const [file, part] of this.#parts.entries()) {
      for await (const batch of recordsOf(part)) {
        for (const read of batch) yield { read, file };
      }
    }
  }

  async #withImages(testCase: TestCase, record: SourceRecord, file: number): ReturnType<Images["into"]> {
    const images = this.#images[file] ?? new Images(null);
    return images.into(
      testCase,
      () => record.document(),
      (path) => pathInRecord(record, path),
    );
  }

  #problemsOf(read: Read, file: number): ReturnType<typeof recordProblems> {
    if (!read.ok) return [...read.problems];
    const { record } = read;
    return recordProblems(record, {
      ids: this.#ids,
      place: file * FILE_PLACES + record.number,
      placeInWords: (place) => {
        const other = Math.floor(place / FILE_PLACES);
        const where = placeOf({ counted: record.counted, number: place % FILE_PLACES });
        return other === file ? where : `${this.#parts[other]?.source.name ?? ""} ${where}`;
      },
    });
  }

  #empty(): BenchError {
    const names = this.#parts.map(({ source }) => source.name).join(", ");
    return new BenchError("dataset", `${names} holds no test case`, {
      hint: "Each line, or each row below the header, is a test case with at least an id and a prompt.",
    });
  }
}

/** A dataset of row-by-row files that is checked while it is used. */
export function streamedDataset(
  identity: Pick<Dataset, "name" | "version" | "source" | "defaults">,
  parts: readonly Part[],
  cases: CaseStream,
): Dataset {
  const [only] = parts;
  return {
    ...identity,
    description: null,
    sha256: null,
    cases: () => cases.cases(),
    rows: {
      file: (parts.length === 1 ? only?.source.state : sumOf(parts)) ?? null,
      get whole() {
        return cases.count !== null;
      },
      get goodBytes() {
        return cases.goodBytes;
      },
      hash: () => hashOfParts(parts),
      hashOfFirst: (bytes) => hashOfFirst(parts, bytes),
    },
  };
}

/** Several files as one: their bytes, and the last change of any. */
function sumOf(parts: readonly Part[]): DatasetRows["file"] {
  const states = parts.flatMap(({ source }) => source.state ?? []);
  if (states.length < parts.length) return null;
  return {
    bytes: states.reduce((sum, { bytes }) => sum + bytes, 0),
    modified_at:
      states
        .map(({ modified_at }) => modified_at)
        .toSorted()
        .at(-1) ?? "",
  };
}
