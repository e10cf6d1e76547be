import type { WorkItem } from "./work.ts";

/** The work of one target in one stage, and what was taken of it without being sent. */
export class WorkQueue {
  readonly #work: AsyncIterator<WorkItem>;
  readonly #givenBack: WorkItem[] = [];

  constructor(work: AsyncIterable<WorkItem>) {
    this.#work = work[Symbol.asyncIterator]();
  }

  /** Whether something was given back and not taken again. */
  get hasGivenBack(): boolean {
    return this.#givenBack.length > 0;
  }

  /** The next item that was never taken; null at the end. */
  async next(): Promise<WorkItem | null> {
    const next = await this.#work.next();
    return next.done === true ? null : next.value;
  }

  /** For an item that will not be sent after all: its fate is that of the rest. */
  giveBack(item: WorkItem): void {
    this.#givenBack.push(item);
  }

  /** The next item that was not sent, whether it was taken before or never; null when all were. */
  async unsent(): Promise<WorkItem | null> {
    return this.#givenBack.pop() ?? this.next();
  }
}
