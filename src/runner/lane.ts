import { sleep, type Millis, type Timer } from "../core/clock.ts";
import type { Attempt } from "../core/provider.ts";
import type { ConcurrencyHistory, Ending } from "../core/run.ts";
import type { TestResult } from "../core/result.ts";
import { sharedAbort } from "../core/shared-abort.ts";
import { Adaptive } from "./adaptive.ts";
import type { Hold } from "./budget.ts";
import { runCase, type CaseContext, type CaseStart } from "./case-run.ts";
import type { ChannelPool } from "./channel-pool.ts";
import type { Circuit } from "./circuit.ts";
import type { LaneContext, Side } from "./lane-context.ts";
import type { Step } from "./lockstep.ts";
import { InFlightAtLimit, LOCAL_LIMIT_PAUSE_MS, stopsAtLocalLimit } from "./local-limit.ts";
import { Schedule } from "./schedule.ts";
import type { Rates } from "./measurement.ts";
import { skipUnsent } from "./skip.ts";
import { Slots } from "./slots.ts";
import { allowsFewerInFlight, type Stage } from "./stage.ts";
import type { RunTarget } from "./target.ts";
import type { WorkItem } from "./work.ts";
import { WorkQueue } from "./work-queue.ts";

/**
 * One target's way through the work of one stage. A single loop lets requests go: at its instant where there is a
 * schedule, then with a slot, then the next case. Nothing else decides when a case begins.
 * Longer than most files: its steps share the state of that loop.
 */
export class Lane {
  readonly #target: RunTarget;
  readonly #pool: ChannelPool;
  readonly #context: LaneContext & CaseContext;
  readonly #stage: Stage;
  readonly #work: WorkQueue;
  readonly #slots: Slots;
  readonly #circuit: Circuit;
  /** Ends the loop; what is in flight goes on. */
  readonly #ending = sharedAbort();
  /** Takes back what waits for its first leave; aborted when sending ends before the work does. */
  readonly #halting = sharedAbort();
  #endedBy: Ending | null = null;
  readonly #atLimit = new InFlightAtLimit();
  /** Null until the stage begins. */
  #schedule: Schedule | null = null;
  #adaptive: Adaptive | null = null;
  /** Until when the loop last had to wait for a slot. */
  #heldUntil: Millis = 0;
  /** Its part in a lockstep with the other targets; null where each goes at its own pace. */
  readonly #step: Step | null;

  constructor(
    { target, pool, circuit, turnstile }: Side,
    stage: Stage,
    work: AsyncIterable<WorkItem>,
    context: LaneContext,
  ) {
    this.#target = target;
    this.#pool = pool;
    this.#circuit = circuit;
    this.#stage = stage;
    this.#work = new WorkQueue(work);
    this.#step = context.lockstep?.join() ?? null;
    this.#context = {
      ...context,
      place: { segment: context.segment, level: stage.level },
      turnstile,
      attemptEnded: (attempt) => this.#adapt(attempt),
    };
    this.#slots = new Slots(this.#capped(stage.slots[0]?.slots ?? 0));
  }

  /** What the schedule asked for and got; null in a closed loop. */
  get rates(): Rates | null {
    return this.#schedule?.rates ?? null;
  }

  /** Requests in flight when this machine reached its limit; null where it did not. */
  get inFlightAtLimit(): number | null {
    return this.#atLimit.count;
  }

  /** What an adaptive run did with its slots; null for any other. */
  get concurrency(): ConcurrencyHistory | null {
    const now = this.#context.clock.now() - this.#context.segmentStart;
    return this.#adaptive?.history(this.#target.label, now) ?? null;
  }

  /** What ended it; a target that was given up has no more work. */
  get endedBy(): Ending {
    return this.#endedBy ?? "work";
  }

  /** Resolves when every case has ended, the time is over, or the run was stopped, and nothing is in flight. */
  async run(): Promise<void> {
    const { clock, gate } = this.#context;
    const { slots, durationMs } = this.#stage;
    const schedule = new Schedule(this.#stage, clock);
    this.#schedule = schedule;
    const { adaptiveUpTo } = this.#stage;
    if (adaptiveUpTo !== undefined) {
      const now = clock.now() - this.#context.segmentStart;
      this.#adaptive = new Adaptive(this.#capped(slots[0]?.slots ?? 1), this.#capped(adaptiveUpTo), now);
    }
    const closed = (): void => this.#halt(gate.closed?.by ?? "stop");
    const timers: Timer[] = slots
      .slice(1)
      .map((step) => clock.setTimer(step.atMs, () => this.#slots.resize(this.#capped(step.slots))));
    if (durationMs !== null) timers.push(clock.setTimer(durationMs, () => this.#halt("time")));
    gate.signal.addEventListener("abort", closed, { once: true });
    if (gate.signal.aborted) closed();
    if (this.#circuit.open !== null) this.#end("work");
    try {
      await this.#guarded(() => this.#letGo(schedule));
      this.#step?.leave();
      this.#end("work");
      await this.#guarded(() => this.#skipRest());
      while (this.#slots.held > 0) await this.#slots.change();
      // What was taken back while the last ones were in flight.
      if (this.#work.hasGivenBack) await this.#guarded(() => this.#skipRest());
    } finally {
      for (const timer of timers) timer.cancel();
      gate.signal.removeEventListener("abort", closed);
    }
  }

  #capped(slots: number): number {
    return Math.min(slots, this.#target.maxConcurrency ?? Infinity);
  }

  #adapt({ outcome, instants }: Attempt): void {
    const adaptive = this.#adaptive;
    if (adaptive === null) return;
    const { clock, segmentStart } = this.#context;
    if (outcome.ok) adaptive.succeeded(this.#slots.full);
    else if (outcome.failure.code === "rate_limited" || outcome.failure.code === "local_limit") {
      adaptive.refused((instants.sent ?? 0) - segmentStart, clock.now() - segmentStart);
    }
    this.#slots.resize(adaptive.slots);
  }

  #end(by: Ending): void {
    this.#endedBy ??= by;
    this.#ending.abort();
    this.#slots.wake();
  }

  #halt(by: Ending): void {
    if (by === "machine") this.#atLimit.stopped(this.#slots.held);
    this.#end(by);
    this.#halting.abort();
  }

  /** Lets one request after another go. */
  async #letGo(schedule: Schedule): Promise<void> {
    const { clock } = this.#context;
    for (; await this.#isTime(schedule); schedule.advance()) {
      if (!(await this.#slotTaken())) break;
      const item = await this.#next();
      if (item === null) {
        this.#slots.free();
        break;
      }
      const hold = await this.#held(item);
      if (hold === "refused") break;
      if (!(await (this.#step?.reach(item.position ?? 0, this.#ending.signal) ?? true))) {
        hold?.release();
        this.#giveBack(item);
        break;
      }
      const { at } = schedule;
      const now = clock.now();
      const intended = at === null ? now : schedule.onClock(at);
      const ready = at === null ? now : Math.max(intended, this.#heldUntil);
      void this.#guarded(() => this.#take(item, { intended, ready, hold }, schedule));
    }
    // Where the time was over first, what the schedule still wanted within it was asked for and not delivered.
    if (this.#context.gate.closed === null && this.#circuit.open === null) schedule.restUnsent();
  }

  /** Waits for the next instant; false when the stage has ended or will have by then. */
  async #isTime(schedule: Schedule): Promise<boolean> {
    const { signal } = this.#ending;
    if (!signal.aborted && schedule.isOver) this.#end("time");
    return !signal.aborted && schedule.reached(signal);
  }

  async #slotTaken(): Promise<boolean> {
    const { signal } = this.#ending;
    if (!signal.aborted && this.#slots.take()) return true;
    while (!signal.aborted) {
      await this.#slots.change();
      if (signal.aborted || !this.#slots.take()) continue;
      this.#heldUntil = this.#context.clock.now();
      return true;
    }
    return false;
  }

  async #next(): Promise<WorkItem | null> {
    const item = await this.#work.next();
    if (item === null || !this.#ending.signal.aborted) return item;
    // It was asked for in time and came too late to be sent.
    this.#work.giveBack(item);
    return null;
  }

  /** What a budget sets aside for a case; without the means for it, the run is closed. */
  async #held(item: WorkItem): Promise<Hold | null | "refused"> {
    const { budget, gate } = this.#context;
    if (budget === null) return null;
    const highest = this.#target.highestCostOf(this.#target.toRequest(item.testCase)) ?? Infinity;
    const { signal } = this.#ending;
    // Until what is in flight has left more of it. In lockstep a target would hold money while it waits for the others.
    const mayWait = this.#step === null && allowsFewerInFlight(this.#stage);
    const hold = mayWait ? await budget.holdWhenLeft(highest, signal) : budget.hold(highest);
    if (hold !== null) return hold;
    this.#giveBack(item);
    // What else ended this lane while it waited is no matter of the budget.
    if (signal.aborted) return "refused";
    gate.close({
      by: "budget",
      skipWith: "not sent: it could have cost more than is left of the budget (--budget-usd)",
    });
    return "refused";
  }

  #giveBack(item: WorkItem): void {
    this.#work.giveBack(item);
    this.#slots.free();
  }

  async #guarded(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.#context.broke(error);
    }
  }

  async #take(item: WorkItem, start: CaseStart, schedule: Schedule): Promise<void> {
    const { clock, delayMs, books, observe, journal } = this.#context;
    const takenAt = clock.now();
    const appointed = schedule.at;
    const channel = this.#pool.take();
    books.taken();
    let hasLeft = false;
    let pauseMs = delayMs;
    const left = (at: Millis): void => {
      hasLeft = true;
      if (appointed !== null) schedule.sent(appointed, at);
    };
    try {
      const { intended, ready, hold } = start;
      const begun: CaseStart = { intended, ready, hold, left, unsent: this.#halting.signal };
      const running = runCase(this.#target, channel, item, begun, this.#context);
      // Only now: what an observer does with it is not to stand between a request and its sending.
      observe({ type: "case_started", target: this.#target.label, test_id: item.testCase.id, sample: item.sample });
      const finished = await running;
      if (finished === null) return hasLeft ? undefined : this.#takeBack(item, schedule, appointed);
      const { result, raw, rawCut } = finished;
      this.#judge(result);
      if (result.error?.code === "local_limit") pauseMs = Math.max(delayMs, LOCAL_LIMIT_PAUSE_MS);
      await journal.record(result, raw, rawCut);
      this.#context.finished(result);
    } finally {
      start.hold?.release();
      books.freed(clock.now() - takenAt);
      this.#pool.give(channel);
      if (pauseMs > 0) await sleep(clock, pauseMs, this.#ending.signal);
      this.#slots.free();
    }
  }

  /** It never left: the rest's fate is its own, too. */
  #takeBack(item: WorkItem, schedule: Schedule, appointed: Millis | null): void {
    const { closed } = this.#context.gate;
    this.#work.giveBack(item);
    if (closed !== null) this.#endedBy = closed.by;
    else if (appointed !== null) schedule.unsent(appointed);
  }

  #judge({ status, error }: TestResult): void {
    if (status === "success") this.#circuit.succeeded();
    else this.#context.failed();
    const { code = null, message = "" } = error ?? {};
    if (code === "local_limit") {
      if (stopsAtLocalLimit(this.#stage)) this.#context.gate.close({ by: "machine", skipWith: `not sent: ${message}` });
      this.#atLimit.failed();
    }
    if (code === null || !this.#circuit.failed(code, message)) return;
    this.#context.observe({ type: "target_stopped", target: this.#target.label, code, message });
    this.#halt("work");
  }

  /** Records what will not be sent. Cases that a resume should send have no record, nor has work without an end. */
  async #skipRest(): Promise<void> {
    const open = this.#circuit.open;
    const message =
      open === null
        ? (this.#context.gate.closed?.skipWith ?? null)
        : `not sent: ${this.#target.label} stopped at its first ${open.code} failure: ${open.message}`;
    if (message === null || this.#stage.endless) return;
    await skipUnsent(this.#work, this.#target, message, this.#context);
  }
}
