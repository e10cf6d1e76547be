import { outputError } from "../core/output-error.ts";
import { BenchError } from "../core/errors.ts";
import { nodeFiles, type JournalFiles } from "./files.ts";
import { countLines, newlinesIn } from "./scan.ts";

const NEWLINE = 0x0a;

/**
 * One file that only grows, by whole lines. After a failed write it is cut back to its last whole line.
 * Every operation throws `BenchError("output")`.
 */
export class AppendFile {
  readonly #path: string;
  readonly #files: JournalFiles;
  readonly #fd: number;
  #size: number;
  #lines: number;
  #dirty = false;

  constructor(path: string, files: JournalFiles = nodeFiles) {
    this.#path = path;
    this.#files = files;
    try {
      this.#fd = files.openAppend(path);
      this.#size = files.size(this.#fd);
      this.#lines = this.#size === 0 ? 0 : countLines(path);
    } catch (error) {
      throw outputError(`cannot open ${path}`, error);
    }
  }

  /** Whether something was written since the last sync began. */
  get dirty(): boolean {
    return this.#dirty;
  }

  /** How many lines it has. */
  get lines(): number {
    return this.#lines;
  }

  /** Throws where another program has shortened, changed, deleted or replaced the file. */
  requireIntact(): void {
    const problem = this.#problem();
    if (problem === null) return;
    throw new BenchError("output", `${this.#path} was ${problem} by another program while the run wrote to it`, {
      hint: "Put it back if you can, then resume the run (--resume): only cases without a line are sent again.",
    });
  }

  #problem(): string | null {
    try {
      const place = this.#files.place(this.#fd, this.#path);
      if (place !== "here") return place === "gone" ? "deleted or moved" : "replaced";
      const size = this.#files.size(this.#fd);
      if (size === this.#size) return null;
      return size < this.#size ? "shortened" : "changed";
    } catch (error) {
      throw outputError(`cannot look at ${this.#path}`, error);
    }
  }

  /** Hands lines to the operating system: in one write, unless it takes only a part. */
  append(lines: string): void {
    if (lines !== "") this.appendPieces([lines]);
  }

  /** The same for lines that come in pieces, each of which is written before the next is asked for. */
  appendPieces(pieces: Iterable<string>): void {
    this.#dirty = true;
    let size = this.#size;
    try {
      for (const piece of pieces) {
        const bytes = Buffer.from(piece);
        for (let written = 0; written < bytes.length;) {
          const taken = this.#files.write(this.#fd, bytes, written);
          if (taken === 0) throw new Error("the system takes no more bytes");
          const lineEnd = bytes.subarray(written, written + taken).lastIndexOf(NEWLINE) + 1;
          if (lineEnd > 0) this.#size = size + lineEnd;
          written += taken;
          size += taken;
        }
        this.#lines += newlinesIn(bytes);
      }
    } catch (error) {
      this.#cutBack();
      throw outputError(`cannot write ${this.#path}`, error);
    }
  }

  /** Waits until what was written is on the disk, with the event loop free. */
  syncLater(): Promise<void> {
    if (!this.#dirty) return Promise.resolve();
    this.#dirty = false;
    return new Promise((resolve, reject) => {
      this.#files.syncLater(this.#fd, (error) => {
        if (error === null) resolve();
        else reject(this.#syncError(error));
      });
    });
  }

  /** The same at once, holding the event loop. */
  sync(): void {
    if (!this.#dirty) return;
    this.#dirty = false;
    try {
      this.#files.sync(this.#fd);
    } catch (error) {
      throw this.#syncError(error);
    }
  }

  /** Some network file systems tell only here that what was written is lost. */
  close(): void {
    try {
      this.#files.close(this.#fd);
    } catch (error) {
      throw outputError(`cannot write ${this.#path}`, error);
    }
  }

  #syncError(error: unknown): Error {
    return outputError(`cannot write ${this.#path} to the disk`, error);
  }

  #cutBack(): void {
    try {
      this.#files.truncate(this.#fd, this.#size);
    } catch {
      // The torn line stays; the next open cuts it off.
    }
  }
}
