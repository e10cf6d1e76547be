import type { Millis } from "../../core/clock.ts";

/**
 * When the tokens of a stream came, by the reads of the socket that brought them: deltas of one read came at the same
 * instant, whatever the server meant by them, so the gaps are between reads.
 */
export class TokenTimes {
  /** Milliseconds between reads that brought tokens. */
  readonly gapsMs: Millis[] = [];
  /** How many deltas each of these reads brought. */
  readonly deltasPerRead: number[] = [];
  #firstToken: Millis | null = null;
  #firstText: Millis | null = null;
  #lastToken: Millis | null = null;
  #lastRead = -1;

  /** A delta that `read`, the number of a read of the socket, brought at an instant; says whether it is the read's first. */
  came(at: Millis, read: number, kind: "text" | "reasoning" | "other"): boolean {
    if (kind !== "reasoning") this.#firstText ??= at;
    if (read === this.#lastRead) {
      this.deltasPerRead.push((this.deltasPerRead.pop() ?? 0) + 1);
      return false;
    }
    this.#lastRead = read;
    this.deltasPerRead.push(1);
    if (this.#lastToken === null) this.#firstToken = at;
    else this.gapsMs.push(at - this.#lastToken);
    this.#lastToken = at;
    return true;
  }

  /** Null where no token came. */
  get firstToken(): Millis | null {
    return this.#firstToken;
  }

  /** Of the first that is not reasoning; null where none came. */
  get firstText(): Millis | null {
    return this.#firstText;
  }

  get lastToken(): Millis | null {
    return this.#lastToken;
  }
}
