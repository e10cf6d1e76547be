import { BenchError } from "../core/errors.ts";
import { resultKey, type TestResult } from "../core/result.ts";
import type { Manifest, TargetRecord } from "../core/run.ts";
import type { Comparison, Summary } from "../core/summary.ts";
import { collect } from "../reports/collector.ts";
import { compareTargets } from "../reports/compare.ts";
import { runDifferences, targetDifferences, type ComparedRun, type Matched } from "../reports/run-differences.ts";
import { plannedOf, type SavedRun } from "./saved-run.ts";

/** A target of A and the target of B that it is compared with. */
export interface TargetPair {
  readonly a: TargetRecord;
  readonly b: TargetRecord;
}

/** Two runs side by side. */
export interface RunComparison {
  readonly pairs: readonly (TargetPair & { readonly summary_a: Summary; readonly summary_b: Summary })[];
  /** `a` and `b` are names that tell the runs apart: `A sim:fast`. */
  readonly comparison: readonly Comparison[];
  readonly matched: Matched;
  /** What speaks against taking a difference for one between the targets. */
  readonly warnings: readonly string[];
}

/** A target's name where both runs may have one of that name. */
export const sideName = (side: "A" | "B", target: string): string => `${side} ${target}`;

/**
 * Which targets belong together: those that are named, else the only ones, else those of one label.
 * Throws `BenchError("usage")` that names the choices.
 */
export function pairTargets(
  a: Manifest,
  b: Manifest,
  named: { readonly a: string | null; readonly b: string | null },
): TargetPair[] {
  const [inA, inB] = [a.plan.targets, b.plan.targets];
  const [chosenA, chosenB] = [chosen("A", inA, named.a), chosen("B", inB, named.b)];
  if (chosenA.length === 1 && chosenB.length === 1) {
    return chosenA.flatMap((one) => chosenB.map((other) => ({ a: one, b: other })));
  }
  const equal = chosenA.flatMap((one) =>
    chosenB.filter(({ target }) => target === one.target).map((other) => ({ a: one, b: other })),
  );
  if (equal.length > 0) return equal;
  throw new BenchError("usage", "no target of A has the name of a target of B, so it is not clear which to compare", {
    hint: `Name them with --target-a and --target-b. A has ${labels(inA)}; B has ${labels(inB)}.`,
  });
}

function chosen(side: "A" | "B", targets: readonly TargetRecord[], name: string | null): readonly TargetRecord[] {
  if (name === null) return targets;
  const found = targets.filter(({ target }) => target === name);
  if (found.length > 0) return found;
  throw new BenchError("usage", `${side} has no target called ${name}`, { hint: `It has ${labels(targets)}.` });
}

const labels = (targets: readonly TargetRecord[]): string => targets.map(({ target }) => target).join(", ");

/** Compares pairs of targets of two runs over the cases (id and sample) that both have. */
export function compareRuns(a: SavedRun, b: SavedRun, pairs: readonly TargetPair[]): RunComparison {
  const targets = pairs.flatMap((pair) => [
    { target: sideName("A", pair.a.target) },
    { target: sideName("B", pair.b.target) },
  ]);
  const samplesOf = ({ manifest: { plan } }: SavedRun): number => plan.repeat * (plan.levels?.length ?? 1);
  const repeat = Math.max(samplesOf(a), samplesOf(b));
  const segments = [...a.manifest.segments, ...b.manifest.segments];
  const compared = compareTargets(
    { plan: { targets, repeat, search_up_to: a.manifest.plan.search_up_to ?? b.manifest.plan.search_up_to }, segments },
    pairs.map((pair) => [sideName("A", pair.a.target), sideName("B", pair.b.target)] as const),
  );
  const cases = { A: new Set<string>(), B: new Set<string>() };
  const finished = { A: 0, B: 0 };
  for (const [side, run, labelsOf] of [
    ["A", a, new Set(pairs.map((pair) => pair.a.target))],
    ["B", b, new Set(pairs.map((pair) => pair.b.target))],
  ] as const) {
    const add = (result: TestResult): void => {
      if (!labelsOf.has(result.target)) return;
      cases[side].add(resultKey({ ...result, target: "" }));
      if (result.status !== "skipped") finished[side] += 1;
      compared.add({ ...result, target: sideName(side, result.target) });
    };
    collect(run.results, [{ add }]);
  }
  const both = [...cases.A].filter((key) => cases.B.has(key)).length;
  const matched = { both, onlyA: cases.A.size - both, onlyB: cases.B.size - both };
  const runOf = (name: "A" | "B", { manifest, findings: { validity } }: SavedRun): ComparedRun => {
    const count = new Set(pairs.map((pair) => (name === "A" ? pair.a : pair.b).target)).size;
    return { name, manifest, validity, finished: finished[name], planned: plannedOf(manifest, count) };
  };
  return {
    pairs: pairs.flatMap((pair) => {
      const summary_a = a.findings.summaries.get(pair.a.target);
      const summary_b = b.findings.summaries.get(pair.b.target);
      return summary_a === undefined || summary_b === undefined ? [] : [{ ...pair, summary_a, summary_b }];
    }),
    comparison: compared.finish(),
    matched,
    warnings: [
      ...pairs.flatMap((pair) => targetDifferences(pair.a, pair.b)),
      ...runDifferences(runOf("A", a), runOf("B", b), matched),
    ],
  };
}
