import { join } from "node:path";
import type { Clock, Millis, Timer } from "../core/clock.ts";
import { BenchError } from "../core/errors.ts";
import type { Journal } from "../core/journal.ts";
import type { FailedAttempt, TestResult } from "../core/result.ts";
import type { LineCounts } from "../core/run.ts";
import type { Mask } from "../core/secrets.ts";
import { AppendFile } from "./append-file.ts";
import { nodeFiles, type JournalFiles } from "./files.ts";
import { encodeLine, LONG_RAW, rawLine } from "./line.ts";
import { maskRaw, maskResult, maskTexts } from "./mask.ts";
import { outputError } from "../core/output-error.ts";
import { FAILURES_FILE, RESPONSES_FILE, RESULTS_FILE } from "./run-files.ts";

/** How long a written line may wait for its sync. */
const SYNC_EVERY_MS: Millis = 1000;

/** Characters that are gathered before they are written, turn of the event loop or not. */
const MOST_GATHERED = 4 << 20;

/** How a run directory is written. */
export interface WriterOptions {
  readonly clock: Clock;
  readonly mask: Mask;
  /** False leaves out `responses.jsonl`, and content, reasoning and tool calls in the results. */
  readonly saveResponses: boolean;
  readonly files?: JournalFiles;
}

/** A caller whose record goes out with the next flush. */
interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: BenchError) => void;
}

/**
 * Writes a run's records: all of one turn of the event loop together, raw responses first, then failed attempts, then
 * results, so that a recorded case always has its response. Synced at least once a second. After its first error it
 * writes nothing any more and rejects everything with that error.
 */
export class RunWriter implements Journal {
  readonly #clock: Clock;
  readonly #mask: Mask;
  readonly #responses: AppendFile | null;
  readonly #failures: AppendFile;
  readonly #results: AppendFile;
  readonly #requireOthers: () => void;
  #lines = { responses: "", failures: "", results: "" };
  #waiting: Waiting[] = [];
  #flushPlanned = false;
  #syncTimer: Timer | null = null;
  #syncing: Promise<void> | null = null;
  #failure: BenchError | null = null;
  #closed = false;

  /**
   * Opens the files, so that a directory that cannot be written shows before anything is sent. `requireOthers` throws
   * when another program has taken the run's other files away; it is asked at every sync.
   */
  constructor(directory: string, options: WriterOptions, requireOthers: () => void = () => {}) {
    const open = (name: string): AppendFile => new AppendFile(join(directory, name), options.files ?? nodeFiles);
    this.#requireOthers = requireOthers;
    this.#clock = options.clock;
    this.#mask = options.mask;
    this.#responses = options.saveResponses ? open(RESPONSES_FILE) : null;
    this.#failures = open(FAILURES_FILE);
    this.#results = open(RESULTS_FILE);
  }

  record(result: TestResult, raw: string | null, rawCut = false): Promise<void> {
    if (raw !== null) this.#recordRaw(result, raw, rawCut);
    if (this.#failure !== null) return Promise.reject(this.#failure);
    const kept = this.#responses === null ? withoutAnswer(result) : result;
    this.#lines.results += encodeLine(maskResult(kept, this.#mask));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      if (this.#lines.results.length + this.#lines.responses.length > MOST_GATHERED) this.#flush();
      else this.#planFlush();
    });
  }

  #recordRaw(result: TestResult, raw: string, isCut: boolean): void {
    if (this.#failure !== null || this.#responses === null) return;
    const { target, test_id, sample } = result;
    const masked = maskRaw(raw, result, this.#mask, isCut);
    if (masked.length < LONG_RAW) {
      this.#lines.responses += encodeLine(
        isCut
          ? { v: 1, target, test_id, sample, raw: masked, raw_cut: true }
          : { v: 1, target, test_id, sample, raw: masked },
      );
      return;
    }
    // Behind what was gathered before it, and written at once: as a text it may be too long to be held.
    this.#flush();
    if (this.#failure !== null) return;
    try {
      this.#responses.appendPieces(rawLine(result, masked, isCut));
    } catch (error) {
      this.#fail(error);
    }
  }

  recordFailure(failed: FailedAttempt): void {
    if (this.#failure !== null) return;
    const { message, request_id } = failed;
    const masked = { ...failed, message: this.#mask(message), request_id: maskTexts(request_id, this.#mask) };
    this.#lines.failures += encodeLine({ v: 1, ...masked });
    this.#planFlush();
  }

  /** Writes and syncs everything at once, for a process about to end; throws the writer's error if it has one. */
  flushSync(): void {
    this.#flush();
    try {
      for (const file of this.#files()) file.sync();
      this.#requireIntact();
    } catch (error) {
      this.#fail(error);
    }
    if (this.#failure !== null) throw this.#failure;
  }

  /** Writes, syncs and closes; rejects with the writer's error if it has one. A second call does nothing. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#syncTimer?.cancel();
    await this.#syncing;
    try {
      this.flushSync();
    } catch {
      // Kept in #failure; the files are to be closed all the same.
    }
    for (const file of this.#files()) {
      try {
        file.close();
      } catch (error) {
        this.#fail(error);
      }
    }
    const failure = this.#failure;
    this.#failure ??= new BenchError("output", "the run directory has been closed");
    if (failure !== null) throw failure;
  }

  /** How many lines each file has; null for responses that are not kept. */
  get lines(): LineCounts {
    const [responses, failures, results] = [this.#responses, this.#failures, this.#results];
    return { results: results.lines, responses: responses?.lines ?? null, failures: failures.lines };
  }

  /** What another program does to the files of a run shows at the next sync. */
  #requireIntact(): void {
    for (const file of this.#files()) file.requireIntact();
    this.#requireOthers();
  }

  /** In the order in which they are written and synced. */
  #files(): AppendFile[] {
    const always = [this.#failures, this.#results];
    return this.#responses === null ? always : [this.#responses, ...always];
  }

  #planFlush(): void {
    if (this.#flushPlanned) return;
    this.#flushPlanned = true;
    // Not a microtask: that would run after each socket's read, where this gathers those of all sockets.
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    const lines = this.#lines;
    const waiting = this.#waiting;
    this.#flushPlanned = false;
    this.#lines = { responses: "", failures: "", results: "" };
    this.#waiting = [];
    if (this.#failure === null) {
      try {
        this.#responses?.append(lines.responses);
        this.#failures.append(lines.failures);
        this.#results.append(lines.results);
        this.#planSync(SYNC_EVERY_MS);
      } catch (error) {
        this.#fail(error);
      }
    }
    for (const { resolve, reject } of waiting) {
      if (this.#failure === null) resolve();
      else reject(this.#failure);
    }
  }

  #planSync(afterMs: Millis): void {
    if (this.#syncTimer !== null || this.#syncing !== null || this.#closed) return;
    if (!this.#files().some((file) => file.dirty)) return;
    this.#syncTimer = this.#clock.setTimer(afterMs, () => {
      this.#syncTimer = null;
      this.#syncing = this.#syncOnce();
    });
  }

  /** One sync at a time: on a slow disk they would pile up in the thread pool, where name lookups wait too. */
  async #syncOnce(): Promise<void> {
    const began = this.#clock.now();
    try {
      for (const file of this.#files()) await file.syncLater();
      this.#requireIntact();
    } catch (error) {
      this.#fail(error);
    }
    this.#syncing = null;
    if (this.#failure === null) this.#planSync(Math.max(0, SYNC_EVERY_MS - (this.#clock.now() - began)));
  }

  #fail(error: unknown): void {
    this.#failure ??= outputError("cannot write the run directory", error);
  }
}

function withoutAnswer(result: TestResult): TestResult {
  if (result.response === null) return result;
  return { ...result, response: { ...result.response, content: null, reasoning: null, tool_calls: null } };
}
