import type { TestResult } from "../core/result.ts";
import type { Results } from "./results.ts";

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

/** Groups the failed and skipped cases of a run in one pass; failures first, then the most frequent. */
export function groupFailures(results: Results): FailureGroup[] {
  const groups = new Map<string, { first: TestResult; count: number; targets: Set<string> }>();
  for (const result of results()) {
    if (result.status === "success") continue;
    const key = `${result.status === "skipped"} ${labelOf(result)}`;
    const group = groups.get(key) ?? { first: result, count: 0, targets: new Set<string>() };
    group.count += 1;
    group.targets.add(result.target);
    groups.set(key, group);
  }
  return [...groups.values()]
    .map(({ first, count, targets }) => ({
      skipped: first.status === "skipped",
      code: labelOf(first),
      count,
      targets: [...targets],
      example: first.error?.message ?? "",
      example_test_id: first.test_id,
    }))
    .sort((a, b) => Number(a.skipped) - Number(b.skipped) || b.count - a.count);
}

function labelOf({ status, error }: TestResult): string {
  return (status === "skipped" ? error?.message : error?.code) ?? "unknown";
}
