import type { TestResult } from "../core/result.ts";
import type { Results } from "./results.ts";

/** Takes results one by one and says at the end what they add up to, so that several share one pass over a journal. */
export interface Collector<T> {
  readonly add: (result: TestResult) => void;
  readonly finish: () => T;
}

/** Gives every result to every collector, in one pass. */
export function collect(results: Results, collectors: readonly Pick<Collector<unknown>, "add">[]): void {
  for (const result of results()) for (const collector of collectors) collector.add(result);
}

/** What one collector makes of the results. */
export function collected<T>(results: Results, collector: Collector<T>): T {
  collect(results, [collector]);
  return collector.finish();
}

/** For what there is nothing to say of: keeps no result. */
export const NOTHING_COLLECTED: Collector<never[]> = { add: () => {}, finish: () => [] };
