import type { Millis } from "./clock.ts";

/** Limits of the parts of an attempt as flags or a configuration state them, in milliseconds; null where they do not. */
export interface PartLimits {
  readonly connectMs: Millis | null;
  readonly firstTokenMs: Millis | null;
  readonly idleMs: Millis | null;
}

export const NO_PART_LIMITS: PartLimits = { connectMs: null, firstTokenMs: null, idleMs: null };
