import { IdSet } from "../core/id-set.ts";
import type { TestResult } from "../core/result.ts";
import type { Load } from "../core/run.ts";
import type { Collector } from "./collector.ts";

/** One number for each (test_id, sample) of a target; NaN where the target has none. */
export interface Column {
  at(position: number): number;
}

/** What a manifest says of the results that are laid side by side. */
export interface ComparedPlan {
  readonly plan: {
    readonly targets: readonly { readonly target: string }[];
    readonly repeat: number;
    readonly levels?: readonly number[] | null | undefined;
    /** A search numbers its samples by levels that nobody knows before. */
    readonly search_up_to?: number | null | undefined;
  };
  readonly segments?: readonly { readonly load: Pick<Load, "duration_ms" | "max_requests"> }[];
}

/** The same cases side by side: a position is one (test_id, sample), the same one for every target. */
export interface CaseColumns<Name extends string> {
  readonly positions: number;
  /** The case that a position belongs to, numbered in order of first appearance. */
  caseOf(position: number): number;
  column(target: string, name: Name): Column;
}

/** Numbers cases in order of first appearance; asked by several columns it keeps their ids once. */
export interface CaseNumbers {
  of(testId: string): number;
  readonly count: number;
}

/** Nothing numbered yet. Ids are kept as hashes, some 20 bytes each. */
export function caseNumbers(): CaseNumbers {
  const ids = new IdSet();
  let count = 0;
  return {
    of(testId) {
      const before = ids.add(testId, count + 1);
      if (before !== null) return before - 1;
      count += 1;
      return count - 1;
    },
    get count() {
      return count;
    },
  };
}

/** Reads numbers of each result into columns as results come; keeps eight bytes a number. */
export function caseColumns<Name extends string>(
  manifest: ComparedPlan,
  readers: Readonly<Record<Name, (result: TestResult) => number>>,
  numbers: CaseNumbers = caseNumbers(),
): Collector<CaseColumns<Name>> {
  const positions = positionsOf(manifest);
  const names = Object.keys(readers).filter((name): name is Name => name in readers);
  const columnsOf = new Map<string, Map<Name, GrowingColumn>>();
  for (const { target } of manifest.plan.targets) {
    columnsOf.set(target, new Map(names.map((name) => [name, growingColumn()])));
  }
  return {
    add(result) {
      const position = positions.at(numbers.of(result.test_id), result.sample);
      if (position === null) return;
      for (const [name, column] of columnsOf.get(result.target) ?? []) column.set(position, readers[name](result));
    },
    finish: () => ({
      positions: positions.count(numbers.count),
      caseOf: (position) => positions.caseOf(position),
      column: (target, name) => columnsOf.get(target)?.get(name) ?? growingColumn(),
    }),
  };
}

/** Where the samples of each case stand in a column. */
interface Positions {
  /** Null for a sample that the run cannot have: a line of another run would stand in the place of another case. */
  at(caseNumber: number, sample: number): number | null;
  count(cases: number): number;
  caseOf(position: number): number;
}

/** By arithmetic where the number of samples is known; else, in a run that cycles its cases, in order of appearance. */
function positionsOf({ plan, segments = [] }: ComparedPlan): Positions {
  const cycled =
    (plan.search_up_to ?? null) !== null ||
    segments.some(({ load }) => (load.duration_ms ?? load.max_requests ?? null) !== null);
  const samples = Math.max(1, plan.repeat * (plan.levels?.length ?? 1));
  if (!cycled) {
    return {
      at: (caseNumber, sample) => (sample < samples ? caseNumber * samples + sample : null),
      count: (cases) => cases * samples,
      caseOf: (position) => Math.floor(position / samples),
    };
  }
  // By sample, then case: a run of made prompts has one sample of very many cases, any other many of a few.
  const known = new Map<number, number[]>();
  const cases: number[] = [];
  return {
    at(caseNumber, sample) {
      const ofSample = known.get(sample) ?? [];
      known.set(sample, ofSample);
      const before = ofSample[caseNumber];
      if (before !== undefined) return before;
      cases.push(caseNumber);
      return (ofSample[caseNumber] = cases.length - 1);
    },
    count: () => cases.length,
    caseOf: (position) => cases[position] ?? 0,
  };
}

interface GrowingColumn extends Column {
  set(position: number, value: number): void;
}

function growingColumn(): GrowingColumn {
  let held = new Float64Array(16).fill(Number.NaN);
  return {
    at: (position) => held[position] ?? Number.NaN,
    set(position, value) {
      if (position >= held.length) {
        const larger = new Float64Array(Math.ceil(Math.max(position + 1, held.length * 1.5))).fill(Number.NaN);
        larger.set(held);
        held = larger;
      }
      held[position] = value;
    },
  };
}
