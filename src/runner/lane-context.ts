import type { Millis } from "../core/clock.ts";
import type { TestResult } from "../core/result.ts";
import type { Budget } from "./budget.ts";
import type { CaseContext } from "./case-run.ts";
import type { ChannelPool } from "./channel-pool.ts";
import type { Circuit } from "./circuit.ts";
import type { Gate } from "./gate.ts";
import type { Lockstep } from "./lockstep.ts";
import type { SlotCounter } from "./slot-counter.ts";
import type { RunTarget } from "./target.ts";
import type { Turnstile } from "./turnstile.ts";

/** What a lane needs of its run besides what each case needs. */
export interface LaneContext extends Omit<CaseContext, "place"> {
  readonly segment: number;
  /** What the run may cost; null for any amount. */
  readonly budget: Budget | null;
  /** Pause of a slot between two cases, in milliseconds. */
  readonly delayMs: Millis;
  readonly books: SlotCounter;
  readonly gate: Gate;
  /** Keeps the lanes of a stage together; null where each goes at its own pace. */
  readonly lockstep: Lockstep | null;
  /** Hears of each case that failed, before its record is written. */
  failed(): void;
  /** Hears of each record once it is written. */
  finished(result: TestResult): void;
  /** Hears of what ends the whole run, such as a full disk. */
  broke(error: unknown): void;
}

/** What belongs to one target through all stages of a run. */
export interface Side {
  readonly target: RunTarget;
  readonly pool: ChannelPool;
  readonly circuit: Circuit;
  readonly turnstile: Turnstile;
}
