import { readdirSync, readFileSync } from "node:fs";
import { BenchError } from "../core/errors.ts";
import type { BenchmarkLoad, BenchmarkPlan } from "./plan.ts";
import type { BenchTarget } from "./targets.ts";

/** The file descriptors of this process. */
export interface Descriptors {
  /** The most that it may have open: the hard limit, to which Node raises the soft one. */
  readonly limit: number;
  /** Those that are open now. */
  readonly open: number;
}

/** The run's own files, and what looking up a host opens for a moment. */
const OWN = 12;

/** A command has its three pipes; everything else one socket per request in flight. */
const perRequest = ({ provider }: BenchTarget): number => (provider.bridge === "exec" ? 3 : 1);

/** As Linux states it in `/proc`; null elsewhere, and where there is no limit. */
export function descriptorsHere(): Descriptors | null {
  try {
    const hard = /^Max open files\s+\S+\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1];
    return hard === undefined ? null : { limit: Number(hard), open: readdirSync("/proc/self/fd").length };
  } catch {
    return null;
  }
}

/**
 * Throws `BenchError("usage")` for a fixed load that needs more descriptors than this process may open: it would only
 * measure this machine. A load that grows (an open loop, a search, an adaptive one) is begun, and stops where that shows.
 */
export function checkDescriptors(
  plan: Pick<BenchmarkPlan, "targets" | "levels" | "searchUpTo" | "repeat">,
  load: Pick<BenchmarkLoad, "concurrency" | "rate" | "ramp" | "adaptive" | "maxRequests" | "durationMs" | "order">,
  cases: number | null,
  descriptors: Descriptors | null,
): void {
  if (descriptors === null || load.rate !== null || load.adaptive || plan.searchUpTo !== null) return;
  const slots =
    plan.levels !== null ? Math.max(...plan.levels) : Math.max(load.ramp?.from ?? load.concurrency, load.ramp?.to ?? 0);
  const requests = load.maxRequests ?? (cases === null || load.durationMs !== null ? Infinity : cases * plan.repeat);
  const ofTargets = plan.targets.map(
    (target) => Math.min(slots, target.maxConcurrency ?? Infinity, requests) * perRequest(target),
  );
  const atOnce = load.order === "sequential" ? Math.max(...ofTargets) : ofTargets.reduce((sum, each) => sum + each, 0);
  const needed = atOnce + descriptors.open + OWN;
  if (needed <= descriptors.limit) return;
  throw new BenchError(
    "usage",
    `this load needs ${needed} file descriptors at once, and this process may open ${descriptors.limit}`,
    { hint: `Raise the hard limit (ulimit -Hn) in the shell that starts the run, or send fewer requests at once.` },
  );
}
