/** The values that a setting may have, whichever way it is given: by flag, in a file, or as an option of the library. */
export interface Range {
  readonly least: number;
  readonly most: number;
  /** Whole numbers only. */
  readonly whole: boolean;
}

const whole = (least: number, most = Number.MAX_SAFE_INTEGER): Range => ({ least, most, whole: true });
const real = (least: number, most: number): Range => ({ least, most, whole: false });

/** A hundred years: no run is longer, and dates this far ahead can still be written. */
const LONGEST_MS = 100 * 365 * 24 * 3_600_000;
const MOST_SLOTS = 100_000;

/** Durations are in milliseconds, rates per second, limits per minute. */
export const RANGES = {
  concurrency: whole(1, MOST_SLOTS),
  /** Below, the next request would not leave for weeks; above, no clock could tell two of them apart. */
  rate: real(1e-6, 1e6),
  maxInFlight: whole(1, 1_000_000),
  warmup: whole(0, 1_000_000),
  repeat: whole(1, 1_000_000),
  retries: whole(0, 1000),
  /** Of cases, requests and errors. */
  count: whole(1),
  duration: real(1, LONGEST_MS),
  pause: real(0, LONGEST_MS),
  budgetUsd: real(1e-9, 1e12),
  perMinute: real(1e-6, 1e12),
  share: real(0, 1),
} satisfies Record<string, Range>;

/** What a value must be, in words: `a whole number from 1 to 100000`. */
export function rangeInWords({ least, most, whole: isWhole }: Range): string {
  const kind = isWhole ? "a whole number" : "a number";
  return most === Number.MAX_SAFE_INTEGER ? `${kind} of ${least} or more` : `${kind} from ${least} to ${most}`;
}

/** Whether a number is within a range. */
export function isWithin(value: number, { least, most, whole: isWhole }: Range): boolean {
  return value >= least && value <= most && (!isWhole || Number.isInteger(value));
}
