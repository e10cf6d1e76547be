import { isDeepStrictEqual } from "node:util";
import type { Dataset, DatasetRows, LeftOut, TestCase } from "../core/dataset.ts";
import { BenchError } from "../core/errors.ts";
import { plainNumbers } from "../core/written-number.ts";
import type { Problem } from "../documents/problem.ts";
import { recordProblems } from "./check-record.ts";
import { datasetError } from "./dataset-error.ts";
import { found, NO_PROBLEMS, type FoundProblems } from "./found-problems.ts";
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

/** How records that are not valid are taken. */
export interface StreamOptions {
  /** How many of them may be left out; none unless given. */
  readonly skipInvalid?: number | undefined;
}

/** Behind so many problems a file is not checked any further. */
const ENOUGH_PROBLEMS = 10_000;

/** So many of the records that are left out are named. */
const NAMED_AT_MOST = 20;

/**
 * The test cases of row-by-row files. They are read from the disk in each pass. The first pass over a row also checks
 * it; the others, which follow behind, do not check again.
 */
export class CaseStream {
  readonly #parts: readonly Part[];
  readonly #images: readonly Images[];
  readonly #ids = new IdSet();
  readonly #skipInvalid: number;
  /** The rows that are left out since they are not valid, in the order of the files. */
  readonly #leftOut = new Set<number>();
  readonly #named: Problem[] = [];
  /** How many rows have been checked, in the order of the files. */
  #checked = 0;
  #whole = false;
  goodBytes: number | null = null;

  constructor(parts: readonly Part[], { skipInvalid = 0 }: StreamOptions = {}) {
    this.#parts = parts;
    this.#skipInvalid = skipInvalid;
    this.#images = parts.map(({ source }) => new Images(source.folder));
  }

  /** How many cases there are; null until a pass has come to the end. */
  get count(): number | null {
    return this.#whole ? this.#checked - this.#leftOut.size : null;
  }

  /** How many records are left out until now, and how many may be; null where none may. */
  get leftOut(): LeftOut | null {
    if (this.#skipInvalid === 0) return null;
    const leftOut = this.#leftOut;
    const inWords = (): string[] => this.#leftOutInWords();
    // Counted when it is asked for: a dataset may be read while it is used.
    return {
      allowed: this.#skipInvalid,
      get records() {
        return leftOut.size;
      },
      get inWords() {
        return inWords();
      },
    };
  }

  #leftOutInWords(): string[] {
    const { size } = this.#leftOut;
    if (size === 0) return [];
    const lines = this.#named.map((problem) => {
      const { file, position, path, message } = problem;
      const place = position === null ? file : `${file}:${position.line}:${position.column}`;
      return `left out: ${place}${path === "" ? "" : ` ${path}`}: ${message}`;
    });
    const rest = size - this.#named.length;
    return rest > 0 ? [...lines, `left out: ${rest} more invalid ${rest === 1 ? "record" : "records"}`] : lines;
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

  /** One pass; throws `BenchError("dataset")` at the first row that is not valid and cannot be left out. */
  async *cases(): AsyncGenerator<TestCase, void, undefined> {
    let row = 0;
    let valid = 0;
    for await (const { read, file } of this.#reads()) {
      row += 1;
      if (this.#leftOut.has(row)) continue;
      const isNew = row > this.#checked;
      const { testCase, wrong } = await this.#look(read, file, isNew);
      if (wrong.count > 0) {
        if (isNew && this.#leaveOut(row, read, wrong)) {
          this.#checked = Math.max(this.#checked, row);
          continue;
        }
        if (isNew) this.goodBytes = read.ok ? read.record.offset : read.offset;
        const context = { count: wrong.count, checked: this.#checked - this.#leftOut.size, leftOut: this.leftOut };
        throw await datasetError(wrong.problems, context);
      }
      this.#checked = Math.max(this.#checked, row);
      // Checked before, and the file may not change meanwhile.
      if (testCase === null) continue;
      valid += 1;
      yield testCase;
    }
    if (valid === 0) throw this.#empty(row);
    this.#whole = true;
  }

  /**
   * Checks every row; `onCase` hears of each case that is in order. Throws one `BenchError("dataset")` that tells all
   * that is wrong, with that of the document around the records, unless it may be left out.
   */
  async check(onCase?: OnCase, ofDocument: FoundProblems = NO_PROBLEMS): Promise<void> {
    const list = new ProblemList();
    list.add(ofDocument);
    let row = 0;
    let invalid = 0;
    let isRefused = ofDocument.count > 0;
    for await (const { read, file } of this.#reads()) {
      // A file that is wrong in each of a million lines need not be read to its end.
      if (isRefused && list.count >= ENOUGH_PROBLEMS) {
        throw await datasetError(list.kept, { count: list.count, isPart: true });
      }
      row += 1;
      const { testCase, wrong } = await this.#look(read, file, true);
      list.add(wrong);
      if (wrong.count > 0) {
        invalid += 1;
        if (!this.#leaveOut(row, read, wrong)) isRefused = true;
      } else if (testCase !== null && read.ok) onCase?.(testCase, read.record);
    }
    if (isRefused) {
      const leftOut = this.#skipInvalid === 0 ? null : { allowed: this.#skipInvalid, records: invalid };
      throw await datasetError(list.kept, { count: list.count, leftOut });
    }
    if (row === invalid) throw this.#empty(row);
    this.#checked = row;
    this.#whole = true;
  }

  /** A row as a test case with its images, or what is wrong with it; a row that was checked before is not again. */
  async #look(read: Read, file: number, isNew: boolean): Promise<Looked> {
    const wrong = isNew ? this.#problemsOf(read, file) : NO_PROBLEMS;
    if (!read.ok || wrong.count > 0) return { testCase: null, wrong };
    const testCase = settled(read.record.value as TestCase);
    if (!hasImageFiles(testCase)) return { testCase, wrong };
    const withImages = await this.#withImages(testCase, read.record, file);
    return { testCase: withImages.testCase, wrong: found(withImages.problems) };
  }

  /** Whether a row that is not valid may be left out; it is then. */
  #leaveOut(row: number, read: Read, { problems }: FoundProblems): boolean {
    if (this.#leftOut.has(row)) return true;
    if (this.#leftOut.size >= this.#skipInvalid || (!read.ok && read.ofFile === true)) return false;
    this.#leftOut.add(row);
    const [first] = problems;
    if (first !== undefined && this.#named.length < NAMED_AT_MOST) this.#named.push(first);
    return true;
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

  #problemsOf(read: Read, file: number): FoundProblems {
    if (!read.ok) return found(read.problems);
    const { record } = read;
    return recordProblems(record, {
      ids: this.#ids,
      place: file * FILE_PLACES + record.number,
      mayLeaveOut: this.#skipInvalid > 0,
      placeInWords: (place) => {
        const other = Math.floor(place / FILE_PLACES);
        const where = placeOf({ counted: record.counted, number: place % FILE_PLACES });
        const line = other === file ? (record.lineOf?.(place % FILE_PLACES) ?? null) : null;
        if (line !== null) return `${where} on line ${line}`;
        return other === file ? where : `${this.#parts[other]?.source.name ?? ""} ${where}`;
      },
    });
  }

  #empty(rows: number): BenchError {
    const names = this.#parts.map(({ source }) => source.name).join(", ");
    if (rows > 0) {
      return new BenchError("dataset", `${names} holds no valid test case: all ${rows} records are invalid`, {
        hint: "See what is wrong with them: llm-test-bench datasets validate FILE.",
      });
    }
    return new BenchError("dataset", `${names} holds no test case`, {
      hint: "Each line, or each row below the header, is a test case with at least an id and a prompt.",
    });
  }
}

interface Looked {
  readonly testCase: TestCase | null;
  readonly wrong: FoundProblems;
}

/** A case with plain numbers among its parameters: those are not text. */
function settled(testCase: TestCase): TestCase {
  const { config } = testCase;
  const plain = plainNumbers(config) as TestCase["config"];
  return plain === config || plain === undefined ? testCase : { ...testCase, config: plain };
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
    leftOut: cases.leftOut,
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
