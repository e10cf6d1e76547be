import { constants } from "node:fs";
import { copyFile, open, rename, type FileHandle } from "node:fs/promises";
import { BenchError, messageOf } from "../../core/errors.ts";
import { outputError } from "../../core/output-error.ts";
import type { ByteSource } from "./byte-source.ts";
import { scratchFile, type Scratch } from "./scratch.ts";

const PIECE_BYTES = 64 * 1024;
/** While it is not whole; a file without it is. */
const UNFINISHED = ".part";
// What is kept is a regular file: never through a link, and without waiting for the other end of a pipe.
const NEVER_FOLLOW = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
/** How far it is kept ahead of the reader that is furthest, so that an input without an end does not fill the disk. */
const AHEAD_BYTES = 1024 * 1024 * 1024;

/**
 * Standard input, kept in a file while it comes, so that each target can have a pass of its own and a resume can read
 * it again. Readers follow behind what has been written.
 */
export class Spool implements ByteSource {
  readonly name = "standard input";
  readonly state = null;
  readonly folder = null;
  readonly #input: AsyncIterator<Uint8Array>;
  readonly first: Uint8Array;
  #path: string | null = null;
  #written = 0;
  #ended = false;
  #failure: { readonly error: unknown } | null = null;
  #wake: () => void = () => {};
  #more: Promise<void> = Promise.resolve();
  #done: Promise<void> | null = null;
  /** How far the furthest reader has come. */
  #readTo = 0;
  /** Whether somebody waits for the whole file. */
  #wanted = false;
  #closed = false;
  #goOn: () => void = () => {};
  /** Hears of it when the input is far enough ahead of its readers. */
  #paused: () => void = () => {};
  #scratch: Scratch | null = null;

  /** `first` has been taken from the input already. */
  constructor(first: Uint8Array, rest: AsyncIterator<Uint8Array>) {
    this.first = first;
    this.#input = rest;
  }

  /**
   * Keeps the input in this file from now on. A part of it that an earlier run kept must be the same again: throws
   * `BenchError("dataset")` to whoever reads where it is not. Throws `BenchError("output")` where it cannot be kept, to
   * whoever reads where that shows later.
   */
  async keepAt(path: string): Promise<void> {
    try {
      if (this.#done !== null) return await this.#keepCopyAt(path);
      const file = await open(path + UNFINISHED, constants.O_RDWR | constants.O_CREAT | NEVER_FOLLOW);
      await this.#begin(path, file, (await file.stat()).size);
    } catch (error) {
      throw outputError(`cannot write ${path}`, error);
    }
  }

  async *read(): AsyncGenerator<Uint8Array, void, undefined> {
    if (this.#done === null) await this.#keepForNow();
    // Between two looks the file may get its final name.
    const file = await open(this.#openPath(), "r").catch(() => open(this.#path ?? "", "r"));
    try {
      for (let at = 0; ;) {
        const wait = this.#more;
        const [end, isWhole] = [this.#written, this.#ended];
        if (at < end) {
          const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, end - at));
          const { bytesRead } = await file.read(piece, 0, piece.length, at);
          at += bytesRead;
          this.#readTo = Math.max(this.#readTo, at);
          this.#goOn();
          yield piece.subarray(0, bytesRead);
          continue;
        }
        if (this.#failure !== null) throw this.#failure.error;
        if (isWhole || this.#closed) return;
        await wait;
      }
    } finally {
      await file.close();
    }
  }

  async path(): Promise<string> {
    if (this.#done === null) await this.#keepForNow();
    this.#wanted = true;
    this.#goOn();
    await this.#done;
    if (this.#failure !== null) throw this.#failure.error;
    return this.#openPath();
  }

  /**
   * Keeps what is left of the input, as far as it is kept ahead of a reader. Resolves to whether that is all of it; to
   * false also when the signal is aborted first.
   */
  async keepRest(stop: AbortSignal): Promise<boolean> {
    const far = new Promise<void>((resolve) => (this.#paused = resolve));
    const stopped = new Promise<void>((resolve) => stop.addEventListener("abort", () => resolve(), { once: true }));
    if (!this.#ended && !stop.aborted && !this.#isFar) await Promise.race([this.#done, far, stopped]);
    return this.#ended;
  }

  /** Keeps no more of it, and removes the file, where it is a temporary one. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#goOn();
    this.#wake();
    await this.#scratch?.remove();
  }

  /** For a command that keeps nothing. */
  async #keepForNow(): Promise<void> {
    this.#scratch = await scratchFile("stdin");
    const { path } = this.#scratch;
    await this.#begin(path, await open(path + UNFINISHED, "w+"), 0);
  }

  /** What can only be read whole, a document or Parquet, was kept for that before there was a place for it. */
  async #keepCopyAt(path: string): Promise<void> {
    const kept = await this.path();
    await copyFile(kept, path + UNFINISHED);
    const file = await open(path + UNFINISHED, "r+");
    try {
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(path + UNFINISHED, path);
    this.#path = path;
    // Who reads the copy before may go on: it has no name any more, and its bytes are there until the last has read them.
    await this.#scratch?.remove();
    this.#scratch = null;
  }

  #openPath(): string {
    const path = this.#path ?? "";
    return this.#ended ? path : path + UNFINISHED;
  }

  async #begin(path: string, file: FileHandle, kept: number): Promise<void> {
    this.#path = path;
    this.#renew();
    this.#done = this.#pump(path, file, kept)
      .catch((error: unknown) => void (this.#failure = { error }))
      .finally(() => this.#wake());
    await Promise.resolve();
  }

  async #pump(path: string, file: FileHandle, kept: number): Promise<void> {
    try {
      let at = 0;
      for (let piece: Uint8Array | null = this.first; piece !== null; piece = await this.#next()) {
        const known = Math.min(piece.length, Math.max(0, kept - at));
        if (known > 0) await requireSame(file, piece.subarray(0, known), at);
        await writeAll(file, piece.subarray(known), at + known);
        at += piece.length;
        this.#written = at;
        this.#wake();
        this.#renew();
        if (this.#isFar) await this.#readersToFollow();
        if (this.#closed) return;
      }
      if (at < kept) throw otherInput();
      await file.sync();
      await rename(path + UNFINISHED, path);
      this.#ended = true;
    } catch (error) {
      throw outputError(`cannot write ${path + UNFINISHED}`, error);
    } finally {
      await file.close();
    }
  }

  async #next(): Promise<Uint8Array | null> {
    try {
      const next = await this.#input.next();
      return next.done === true ? null : next.value;
    } catch (cause) {
      throw new BenchError("dataset", `standard input cannot be read: ${messageOf(cause)}`, { cause });
    }
  }

  get #isFar(): boolean {
    return !this.#wanted && !this.#closed && this.#written - this.#readTo > AHEAD_BYTES;
  }

  async #readersToFollow(): Promise<void> {
    this.#paused();
    while (this.#isFar) await new Promise<void>((resolve) => (this.#goOn = resolve));
  }

  #renew(): void {
    this.#more = new Promise((resolve) => (this.#wake = resolve));
  }
}

/** A write may take a part only, as on a disk that becomes full. */
async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}

async function requireSame(file: FileHandle, piece: Uint8Array, at: number): Promise<void> {
  const kept = Buffer.alloc(piece.length);
  await file.read(kept, 0, kept.length, at);
  if (!kept.equals(piece)) throw otherInput();
}

const otherInput = (): BenchError =>
  new BenchError("dataset", "standard input is not what the run that is resumed was given", {
    hint: "Give it the same dataset again from its beginning; the run stopped before all of it was kept.",
  });
