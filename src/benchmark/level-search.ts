import type { Millis } from "../core/clock.ts";
import type { TestResult } from "../core/result.ts";
import { meetsSlo, type Slo } from "../core/slo.ts";
import type { Stage } from "../runner/stage.ts";
import { nextLevel } from "../stats/level-search.ts";
import type { BenchmarkLoad, BenchmarkPlan } from "./plan.ts";

/** Requests that tell a good level from a bad one, and how often each slot sends, so that its start counts little. */
const LEAST_REQUESTS = 100;
const REQUESTS_PER_SLOT = 10;

/**
 * How many levels the sample numbers are made for: pass p of level l is sample p · 64 + l. Doubling to 100 000 takes 17
 * levels, and halving as many again.
 */
export const SEARCH_LEVELS = 64;

/** What a search depends on. */
export interface SearchOptions {
  readonly slo: Slo;
  readonly upTo: number;
  /** Of each level; null: as many as it takes to judge it, or for `durationMs`. */
  readonly maxRequests: number | null;
  readonly durationMs: Millis | null;
  /** How long earlier segments have sent at a level. */
  readonly elapsedMs: (level: number) => Millis;
}

interface SearchedLevel {
  readonly level: number;
  attempted: number;
  good: number;
  complete: boolean;
}

/** A search for the highest concurrency that keeps an SLO: hears of every result, and says which level is next. */
export class LevelSearch {
  readonly #options: SearchOptions;
  readonly #path: SearchedLevel[] = [];

  constructor(options: SearchOptions, earlier: Iterable<TestResult>) {
    this.#options = options;
    for (const result of earlier) this.add(result);
    for (const [i, tried] of this.#path.entries()) {
      tried.complete = i < this.#path.length - 1 || this.#isFull(tried);
    }
  }

  add(result: TestResult): void {
    const { level, status } = result;
    if (level === undefined || status === "skipped") return;
    const tried = this.#at(level);
    // What this machine could not send says nothing of the server; the level is tried again by a resume.
    if (result.error?.code === "local_limit") return;
    tried.attempted += 1;
    if (meetsSlo(result, this.#options.slo)) tried.good += 1;
  }

  /** Requests at a level; Infinity where its time ends it. */
  requestsAt(level: number): number {
    const { maxRequests, durationMs } = this.#options;
    if (maxRequests !== null) return maxRequests;
    return durationMs === null ? Math.max(LEAST_REQUESTS, REQUESTS_PER_SLOT * level) : Infinity;
  }

  /** Whether a level is left to be tried. */
  get goesOn(): boolean {
    return this.#next() !== null;
  }

  /** One level after the other; asked for the next one when everything of the one before has been added. */
  *stages(): Generator<Stage> {
    for (let level = this.#next(); level !== null; level = this.#next()) {
      const tried = this.#at(level);
      const { durationMs, elapsedMs } = this.#options;
      yield {
        index: this.#path.indexOf(tried),
        level,
        slots: [{ atMs: 0, slots: level }],
        arrivals: null,
        durationMs: durationMs === null ? null : Math.max(0, durationMs - elapsedMs(level)),
        endless: true,
      };
      // A target that was given up answers nothing any more.
      if (tried.attempted === 0) return;
      tried.complete = true;
    }
  }

  #next(): number | null {
    const last = this.#path.at(-1);
    if (last?.complete === false) return last.level;
    const { slo, upTo } = this.#options;
    return nextLevel(
      this.#path.map(({ level, attempted, good }) => ({ level, kept: good >= slo.goodput * attempted })),
      upTo,
    );
  }

  /** Whether a level of an earlier segment has what it needs. The time between its last request and its end is lost. */
  #isFull({ level, attempted }: SearchedLevel): boolean {
    const { durationMs, elapsedMs } = this.#options;
    const isTimeOver = durationMs !== null && elapsedMs(level) >= durationMs * 0.95;
    return isTimeOver || attempted >= this.requestsAt(level);
  }

  #at(level: number): SearchedLevel {
    const known = this.#path.find((tried) => tried.level === level);
    if (known !== undefined) return known;
    const added = { level, attempted: 0, good: 0, complete: false };
    this.#path.push(added);
    return added;
  }
}

/** The search of a plan, with what the journal has of it; null for a plan without one. */
export function searchOf(
  { searchUpTo }: BenchmarkPlan,
  { slo, maxRequests, durationMs }: BenchmarkLoad,
  past: { elapsedMs: (level: number) => number; earlier: () => Iterable<TestResult> },
): LevelSearch | null {
  if (searchUpTo === null || slo === null) return null;
  const options = { slo, upTo: searchUpTo, maxRequests, durationMs, elapsedMs: past.elapsedMs };
  return new LevelSearch(options, past.earlier());
}
