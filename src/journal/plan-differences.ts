import type { Plan, TargetRecord } from "../core/run.ts";

/** Longer values are cut, so that a difference stays one line. */
const SHOWN_CHARACTERS = 60;

/** In words, one entry each, how the plan that is wanted differs from the saved one; empty when it does not. */
export function planDifferences(saved: Plan, wanted: Plan): string[] {
  return [
    ...datasetDifference(saved.dataset_sha256, wanted.dataset_sha256),
    ...targetDifferences(saved.targets, wanted.targets),
    ...(
      ["dataset_reading", "stream", "category", "limit", "repeat", "seed", "levels", "search_up_to"] as const
    ).flatMap((name) => difference(name, saved[name], wanted[name])),
    ...parameterDifferences("", saved.parameters, wanted.parameters),
  ];
}

/** In words how a dataset differs by its hash; nothing where a hash is not known. */
export function datasetDifference(saved: string | null, wanted: string | null): string[] {
  if (saved === null || wanted === null || saved === wanted) return [];
  return [`dataset: content changed (sha256 was ${saved}, is now ${wanted})`];
}

function targetDifferences(saved: readonly TargetRecord[], wanted: readonly TargetRecord[]): string[] {
  if (labels(saved) !== labels(wanted)) return [`targets were ${labels(saved)}, are now ${labels(wanted)}`];
  return saved.flatMap((before, i) => {
    const after = wanted[i] ?? before;
    return [
      // Whether it is simulated may turn out only when it answers.
      ...(["provider", "model", "base_url"] as const).flatMap((name) =>
        difference(`${before.target}: ${name}`, before[name], after[name]),
      ),
      ...parameterDifferences(`${before.target}: `, before.parameters, after.parameters),
    ];
  });
}

const labels = (targets: readonly TargetRecord[]): string => targets.map(({ target }) => target).join(", ");

function parameterDifferences(prefix: string, saved: Plan["parameters"], wanted: Plan["parameters"]): string[] {
  const before = new Map<string, unknown>(Object.entries(saved));
  const after = new Map<string, unknown>(Object.entries(wanted));
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].flatMap((name) => difference(`${prefix}${name}`, before.get(name), after.get(name)));
}

function difference(name: string, saved: unknown, wanted: unknown): string[] {
  if (JSON.stringify(saved ?? null) === JSON.stringify(wanted ?? null)) return [];
  return [`${name} was ${shown(saved)}, is now ${shown(wanted)}`];
}

function shown(value: unknown): string {
  const text = JSON.stringify(value ?? null);
  if (text === "null") return "not set";
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}…`;
}
