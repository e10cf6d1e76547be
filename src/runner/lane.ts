import { sleep } from "../core/clock.ts";
import type { FailureCode } from "../core/failure.ts";
import type { Channel } from "../core/provider.ts";
import type { TestResult } from "../core/result.ts";
import { runCase, type CaseContext } from "./case-run.ts";
import { opensCircuit } from "./circuit.ts";
import { skippedResult } from "./results.ts";
import type { SlotCounter } from "./slot-counter.ts";
import type { RunTarget } from "./target.ts";
import type { WorkItem } from "./work.ts";

/** Skipped cases written before waiting for the disk, so that memory stays flat however many there are. */
const SKIP_BATCH = 1000;

/** What a lane needs of its run besides what each case needs. */
export interface LaneContext extends CaseContext {
  /** Pause of a slot between two cases, in milliseconds. */
  readonly delayMs: number;
  readonly slots: SlotCounter;
  /** Whether no further case may be sent; says why the rest is skipped, or null when it is left for a resume. */
  closed(): { readonly skipWith: string | null } | null;
  /** Hears of each case that failed, before its record is written. */
  failed(): void;
  /** Hears of each record once it is written. */
  finished(result: TestResult): void;
  /** Hears of what ends the whole run, such as a full disk. */
  broke(error: unknown): void;
}

/** One target's way through the work: a fixed number of slots, each with a channel of its own, taking case after case. */
export class Lane {
  readonly #target: RunTarget;
  readonly #work: AsyncIterator<WorkItem>;
  /** Items that were asked for in time and came too late to be sent. */
  readonly #late: WorkItem[] = [];
  readonly #context: LaneContext;
  #succeeded = false;
  #circuit: { code: FailureCode; message: string } | null = null;

  constructor(target: RunTarget, work: AsyncIterable<WorkItem>, context: LaneContext) {
    this.#target = target;
    this.#work = work[Symbol.asyncIterator]();
    this.#context = context;
  }

  /** The failure that stopped this target, if one did. */
  get circuit(): FailureCode | null {
    return this.#circuit?.code ?? null;
  }

  get succeeded(): boolean {
    return this.#succeeded;
  }

  /** Resolves when every case has ended, or the run was stopped. */
  async run(): Promise<void> {
    const slots: Promise<void>[] = [];
    await this.#guarded(async () => {
      for (let i = 0; i < this.#target.concurrency; i += 1) {
        const first = await this.#next();
        if (first === null) break;
        slots.push(this.#slot(first));
      }
    });
    await Promise.all(slots);
    await this.#guarded(() => this.#skipRest());
  }

  async #next(): Promise<WorkItem | null> {
    if (this.#ended()) return null;
    const next = await this.#work.next();
    if (next.done === true) return null;
    if (!this.#ended()) return next.value;
    this.#late.push(next.value);
    return null;
  }

  #ended(): boolean {
    return this.#circuit !== null || this.#context.closed() !== null;
  }

  async #slot(first: WorkItem): Promise<void> {
    const { clock, delayMs, stop } = this.#context;
    const channel = this.#target.provider.openChannel();
    await this.#guarded(async () => {
      for (let item: WorkItem | null = first; item !== null; item = await this.#next()) {
        await this.#take(item, channel);
        if (this.#circuit !== null) await this.#skipRest();
        if (delayMs > 0) await sleep(clock, delayMs, stop);
      }
    });
    await channel.close();
  }

  async #guarded(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.#context.broke(error);
    }
  }

  async #take(item: WorkItem, channel: Channel): Promise<void> {
    const { clock, slots, observe, journal } = this.#context;
    const intended = clock.now();
    observe({ type: "case_started", target: this.#target.label, test_id: item.testCase.id, sample: item.sample });
    slots.taken();
    try {
      const finished = await runCase(this.#target, channel, item, intended, this.#context);
      if (finished === null) return;
      const { result, raw } = finished;
      this.#judge(result.status === "success", result.error?.code ?? null, result.error?.message ?? "");
      await journal.record(result, raw);
      this.#context.finished(result);
    } finally {
      slots.freed(clock.now() - intended);
    }
  }

  #judge(success: boolean, code: FailureCode | null, message: string): void {
    if (success) this.#succeeded = true;
    else this.#context.failed();
    if (code === null || this.#circuit !== null || !opensCircuit(code, this.#succeeded)) return;
    this.#circuit = { code, message };
    this.#context.observe({ type: "target_stopped", target: this.#target.label, code, message });
  }

  /** Records what will not be sent. Cases that a resume should send have no record. */
  async #skipRest(): Promise<void> {
    const message =
      this.#circuit === null
        ? (this.#context.closed()?.skipWith ?? null)
        : `not sent: ${this.#target.label} stopped at its first ${this.#circuit.code} failure: ${this.#circuit.message}`;
    if (message === null) return;
    const { clock, journal, segment } = this.#context;
    let pending: Promise<void>[] = [];
    for (let item = await this.#unsent(); item !== null; item = await this.#unsent()) {
      const result = skippedResult(this.#target, item, { message, segment, timestamp: clock.wallTime() });
      this.#context.finished(result);
      pending.push(journal.record(result, null));
      if (pending.length < SKIP_BATCH) continue;
      await Promise.all(pending);
      pending = [];
    }
    await Promise.all(pending);
  }

  async #unsent(): Promise<WorkItem | null> {
    const late = this.#late.pop();
    if (late !== undefined) return late;
    const next = await this.#work.next();
    return next.done === true ? null : next.value;
  }
}
