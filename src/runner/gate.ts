import type { Ending } from "../core/run.ts";
import { sharedAbort } from "../core/shared-abort.ts";

/** Why nothing more is sent. */
export interface Closing {
  readonly by: Exclude<Ending, "work" | "time">;
  /** Recorded with each case of the rest; null leaves them without a record, for a resume. */
  readonly skipWith: string | null;
}

/** Whether a run may still send. Closes once, for good; the first reason holds. */
export class Gate {
  readonly #closing = sharedAbort();
  #closed: Closing | null = null;

  get closed(): Closing | null {
    return this.#closed;
  }

  /** Aborted when it closes. */
  get signal(): AbortSignal {
    return this.#closing.signal;
  }

  close(closing: Closing): void {
    if (this.#closed !== null) return;
    this.#closed = closing;
    this.#closing.abort();
  }
}
