import { sharedAbort } from "../core/shared-abort.ts";
import type { TestCase } from "../core/dataset.ts";
import type { WorkItem } from "../runner/work.ts";

/**
 * The work of a run whose dataset may turn out wrong on the way. A row that is not valid ends the work as an
 * interruption would: nothing more is sent, and what is in flight may end.
 */
export class WatchedWork {
  readonly #stop = sharedAbort();
  readonly #check: (testCase: TestCase) => void;
  #failure: { readonly error: unknown } | null = null;
  #perWork: number | null = null;

  /** `check` is called with each case before it is sent, and throws for one that cannot be. */
  constructor(check: (testCase: TestCase) => void) {
    this.#check = check;
  }

  /** Aborted when the work broke off. */
  get stop(): AbortSignal {
    return this.#stop.signal;
  }

  /** What broke the work off. */
  get failure(): { readonly error: unknown } | null {
    return this.#failure;
  }

  /** How much a target has to do in a stage, which is known once one has come to the end; null until then. */
  get perWork(): number | null {
    return this.#perWork;
  }

  /** The work of one target in a stage. */
  async *watch(work: AsyncIterable<WorkItem>): AsyncGenerator<WorkItem> {
    let count = 0;
    try {
      for await (const item of work) {
        this.#check(item.testCase);
        count += 1;
        yield item;
      }
      this.#perWork = count;
    } catch (error) {
      this.#failure ??= { error };
      this.#stop.abort();
    }
  }
}
