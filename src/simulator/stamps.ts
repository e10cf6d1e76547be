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

/** An answer of the simulator: what was measured of it, and its body as it came. */
export interface StampedAnswer {
  readonly result: TestResult;
  readonly raw: string;
}

/** How far the measured times of an answer are from its stamps. */
export interface StampErrors {
  /** How late the first token was read: a TTFT ends where its token goes to the server's socket. */
  readonly ttft: Millis;
  /** Of each gap between two tokens. */
  readonly icl: readonly Millis[];
}

/**
 * Compares the measured times of one run's answers with their stamps, answer by answer; null for one whose stamps do
 * not belong to it. The way through the sockets counts against the measurement. What the simulator was late to take a
 * request in does not: to any client that is the server's time, and part of its TTFT.
 */
export function stampErrors(answers: readonly StampedAnswer[]): (StampErrors | null)[] {
  const seen = answers.map(({ result, raw }) => {
    const stamps = stampsIn(raw);
    const times = readTimesIn(result);
    const sentAt = result.timing.sent_at_ms;
    return sentAt === null || stamps.length === 0 || stamps.length !== times.length ? null : { sentAt, stamps, times };
  });
  // The two clocks have different origins. The fastest request is taken to have needed no time at all, which makes
  // every read look later by what it did need.
  const origin = seen.reduce(
    (least, of) => Math.min(least, (of?.stamps[0]?.received ?? Infinity) - (of?.sentAt ?? 0)),
    Infinity,
  );
  return seen.map((of) => {
    if (of === null) return null;
    const late = of.stamps.map(({ sent }, i) => origin + of.sentAt + (of.times[i] ?? Number.NaN) - sent);
    const [ttft = Number.NaN] = late;
    return { ttft: Math.abs(ttft), icl: late.slice(1).map((ms, i) => Math.abs(ms - (late[i] ?? Number.NaN))) };
  });
}
