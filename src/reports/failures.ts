import type { TestResult } from "../core/result.ts";
import type { Collector } from "./collector.ts";

/** Cases that failed alike: with the same code or, when they were skipped, for the same reason. */
export interface FailureGroup {
  readonly skipped: boolean;
  /** The failure code; for skipped cases the reason in words. */
  readonly code: string;
  readonly count: number;
  /** In the order in which they first failed so. */
  readonly targets: readonly string[];
  /** The first message of the group, and the case it belongs to. */
  readonly example: string;
  readonly example_test_id: string;
}

/** Groups the failed and skipped cases of a run; failures first, then the most frequent. */
export function groupFailures(): Collector<FailureGroup[]> {
  const groups = new Map<string, { first: TestResult; count: number; targets: Set<string> }>();
  return {
    add(result) {
      if (result.status === "success") return;
      const key = `${result.status === "skipped"} ${labelOf(result)}`;
      const group = groups.get(key) ?? { first: result, count: 0, targets: new Set<string>() };
      group.count += 1;
      group.targets.add(result.target);
      groups.set(key, group);
    },
    finish: () =>
      [...groups.values()]
        .map(({ first, count, targets }) => ({
          skipped: first.status === "skipped",
          code: labelOf(first),
          count,
          targets: [...targets],
          example: first.error?.message ?? "",
          example_test_id: first.test_id,
        }))
        .sort((a, b) => Number(a.skipped) - Number(b.skipped) || b.count - a.count),
  };
}

function labelOf({ status, error }: TestResult): string {
  return (status === "skipped" ? error?.message : error?.code) ?? "unknown";
}
