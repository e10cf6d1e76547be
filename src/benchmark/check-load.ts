import { BenchError } from "../core/errors.ts";
import type { Slo } from "../core/slo.ts";

/**
 * What the user said of a load, by flag or by option. Undefined: nothing was said of it, which is not the same as its
 * default, since two settings contradict each other only where both were given.
 */
export interface GivenLoad {
  readonly concurrency?: unknown;
  readonly rate?: unknown;
  readonly arrival?: unknown;
  readonly maxInFlight?: unknown;
  readonly ramp?: unknown;
  readonly sweep?: unknown;
  readonly search?: unknown;
  readonly adaptive?: true;
  readonly lockstep?: true;
  readonly sequential?: true;
  readonly delay?: unknown;
  readonly p95Limit?: unknown;
  readonly duration?: unknown;
  readonly maxRequests?: unknown;
  /** Undefined for once. */
  readonly repeat?: unknown;
}

/** What holds in the end, from whichever place it came. */
export interface EffectiveLoad {
  readonly rate: number | null;
  readonly adaptive: boolean;
  readonly slo: Slo | null;
  readonly stream: boolean;
  readonly targets: number;
}

export type LoadSetting = keyof GivenLoad | "slo" | "noStream";

/** How the user writes a setting: `--rate` on the command line, `load.rate` in the library. */
export type LoadWords = Readonly<Record<LoadSetting, string>>;

/** Shapes of which a load has one. */
const SHAPES = ["rate", "ramp", "sweep", "concurrency", "search"] as const satisfies readonly LoadSetting[];

/**
 * The one check of what a load may not say at once, for the command line and the library. Throws `BenchError("usage")`
 * in the words of whoever asks.
 */
export function checkLoad(given: GivenLoad, effective: EffectiveLoad, words: LoadWords): void {
  checkGiven(given, words);
  checkEffective(given, effective, words);
}

/** The part of it that needs no configuration: settings that exclude each other. */
export function checkGiven(given: GivenLoad, words: LoadWords): void {
  const has = (setting: keyof GivenLoad): boolean => given[setting] !== undefined;
  const [first, second] = SHAPES.filter(has);
  if (first !== undefined && second !== undefined) {
    const closed = [words.concurrency, words.ramp, words.sweep].join(", ");
    throw together(words[first], words[second], {
      hint: `${words.rate} is an open loop; ${closed} and ${words.search} are closed loops. Choose one.`,
    });
  }
  const fixed = SHAPES.find((shape) => shape !== "concurrency" && has(shape));
  if (has("adaptive") && fixed !== undefined) {
    throw together(words[fixed], words.adaptive, {
      hint: `${words.adaptive} finds the concurrency itself; ${words.concurrency} says where it begins.`,
    });
  }
  if (has("rate") && has("delay")) {
    throw together(words.rate, words.delay, { hint: `${words.rate} alone says when requests leave.` });
  }
  if (has("p95Limit") && !has("sweep")) throw needs(words.p95Limit, words.sweep);
  if (has("lockstep") && has("sequential")) {
    throw together(words.lockstep, words.sequential, { hint: "Leave one out." });
  }
  if (has("lockstep") && has("rate")) {
    throw together(words.rate, words.lockstep, {
      hint: `With ${words.rate} all targets have one schedule: each case goes to all of them at once as it is.`,
    });
  }
  const repeats = (["duration", "maxRequests"] as const).find(has);
  if (has("repeat") && repeats !== undefined) {
    throw together(words.repeat, words[repeats], {
      hint: `${words[repeats]} repeats the cases as often as needed. Leave ${words.repeat} out.`,
    });
  }
}

/** The part that needs to know what the configuration adds, and how many targets there are. */
export function checkEffective(
  given: GivenLoad,
  { rate, adaptive, slo, stream, targets }: EffectiveLoad,
  words: LoadWords,
): void {
  for (const setting of ["arrival", "maxInFlight"] as const) {
    if (given[setting] !== undefined && rate === null) throw needs(words[setting], words.rate);
  }
  if (rate !== null && adaptive) {
    throw together(words.rate, words.adaptive, {
      hint: `A rate is an open loop, an adaptive load a closed one: leave one out.`,
    });
  }
  if (given.search !== undefined) {
    if (slo === null) throw needs(words.search, words.slo, "It searches for the highest concurrency that keeps them.");
    if (targets !== 1) {
      throw new BenchError("usage", `${words.search} searches one target, and there are ${targets}`, {
        hint: "Run it once for each: they may share what limits them.",
      });
    }
  }
  if (!stream && ((slo?.ttft_ms ?? null) !== null || (slo?.tpot_ms ?? null) !== null)) {
    throw new BenchError("usage", `${words.slo} limits TTFT or TPOT, which ${words.noStream} leaves unknown`, {
      hint: `Limit the duration instead, or leave ${words.noStream} out.`,
    });
  }
}

/** Two settings of which only one may be given. */
export function together(one: string, other: string, options: { hint: string }): BenchError {
  return new BenchError("usage", `${one} cannot be combined with ${other}`, options);
}

function needs(one: string, other: string, hint?: string): BenchError {
  return new BenchError("usage", `${one} needs ${other}`, hint === undefined ? {} : { hint });
}
