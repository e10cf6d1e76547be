import type { Millis } from "../core/clock.ts";
import type { TestResult } from "../core/result.ts";

/** What the simulator stamped on a token, in milliseconds of its clock. */
export interface Stamp {
  /** When the request had come. */
  readonly received: Millis;
  /** When the token went to its socket. */
  readonly sent: Millis;
}

/** The stamps in a streamed answer as it came, in the order of its tokens. */
export function stampsIn(raw: string): Stamp[] {
  const events = raw.split("\n").filter((line) => line.startsWith("data: {"));
  return events.flatMap((line) => {
    const { sim } = JSON.parse(line.slice("data: ".length)) as { sim?: { received_ns: string; sent_ns: string } };
    return sim === undefined ? [] : [{ received: milliseconds(sim.received_ns), sent: milliseconds(sim.sent_ns) }];
  });
}

/** Nanoseconds as text; days are dropped, since a float would not hold all the digits. */
const milliseconds = (nanoseconds: string): Millis => Number(BigInt(nanoseconds) % 10n ** 15n) / 1e6;

/** When each token of an answer was read, after its request was sent: those of one socket read share its instant. */
export function readTimesIn({ timing, icl_ms, deltas_per_read }: TestResult): Millis[] {
  let at = timing.ttft_ms ?? Number.NaN;
  const reads = [at, ...(icl_ms ?? []).map((gap) => (at += gap))];
  return reads.flatMap((time, i) => Array.from({ length: deltas_per_read?.[i] ?? 1 }, () => time));
}

/** How far the measured times of an answer are from its stamps. */
export interface StampErrors {
  readonly ttft: Millis;
  /** Of each gap between two tokens. */
  readonly icl: readonly Millis[];
}

/**
 * Compares an answer's measured times with its stamps; null where they do not belong together. The way through the
 * sockets and what the simulator's own process was late count against the measurement.
 */
export function stampErrors(result: TestResult, raw: string): StampErrors | null {
  const stamps = stampsIn(raw);
  const times = readTimesIn(result);
  const [first] = stamps;
  if (first === undefined || stamps.length !== times.length) return null;
  const measured = (i: number): Millis => times[i] ?? Number.NaN;
  const icl = stamps
    .slice(1)
    .map(({ sent }, i) => Math.abs(measured(i + 1) - measured(i) - (sent - (stamps[i]?.sent ?? Number.NaN))));
  return { ttft: Math.abs(measured(0) - (first.sent - first.received)), icl };
}
