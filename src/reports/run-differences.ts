import type { Manifest, TargetRecord } from "../core/run.ts";
import type { Validity } from "../core/summary.ts";

/** One of two runs that are compared, as its report needs it. */
export interface ComparedRun {
  readonly name: "A" | "B";
  readonly manifest: Manifest;
  readonly validity: Validity;
  /** Finished cases of the compared targets and those planned; skipped ones are not finished. Null where nobody knows. */
  readonly finished: number;
  /** Null for a run that its time or budget ends, and where the dataset was not read to its end. */
  readonly planned: number | null;
}

/** How many cases (id and sample) the compared targets share. */
export interface Matched {
  readonly both: number;
  readonly onlyA: number;
  readonly onlyB: number;
}

/**
 * In sentences, what speaks against taking a difference between two runs for one between their targets. Nothing here
 * stops a comparison; the last sentence always applies to two runs.
 */
export function runDifferences(a: ComparedRun, b: ComparedRun, matched: Matched): string[] {
  if (a.manifest.id === b.manifest.id) return [...validityWarnings(a)];
  return [
    ...datasetWarnings(a.manifest, b.manifest, matched),
    ...planWarnings(a.manifest, b.manifest),
    ...loadWarnings(a.manifest, b.manifest),
    ...[a, b].flatMap(endWarnings),
    ...[a, b].flatMap(validityWarnings),
    ...environmentWarnings(a.manifest, b.manifest),
    "the two runs did not alternate in time: what servers and network did meanwhile is part of every difference. " +
      "One bench run with both targets measures them side by side",
  ];
}

/** In a sentence, what else differs between two targets that are compared; nothing for what their names say already. */
export function targetDifferences(a: TargetRecord, b: TargetRecord): string[] {
  if (a.simulated !== b.simulated) {
    const [simulated, real] = a.simulated
      ? [`${a.target} of A`, `${b.target} of B`]
      : [`${b.target} of B`, `${a.target} of A`];
    return [`${simulated} is simulated, ${real} is not: the difference says nothing about a model`];
  }
  // A simulator has another port each time.
  const what = a.simulated ? (["provider", "model"] as const) : (["provider", "model", "base_url"] as const);
  const sameName = a.target === b.target ? what : [];
  const read = (of: TargetRecord): object => ({
    ...Object.fromEntries(sameName.map((name) => [name, of[name]])),
    ...of.parameters,
  });
  const named = differences(read(a), read(b));
  return named.length === 0 ? [] : [`${a.target} of A and ${b.target} of B are not the same: ${named.join(", ")}`];
}

function datasetWarnings(a: Manifest, b: Manifest, { both, onlyA, onlyB }: Matched): string[] {
  const total = both + onlyA + onlyB;
  const counts = `${both} of ${total} cases match by id and sample`;
  if (a.dataset.sha256 !== b.dataset.sha256 || a.dataset.sha256 === null) {
    return [`the datasets differ (${nameOf(a)} and ${nameOf(b)}): ${counts}, and even their prompts may differ`];
  }
  return onlyA + onlyB > 0 ? [`the runs do not hold the same cases: ${counts}`] : [];
}

const nameOf = ({ dataset }: Manifest): string =>
  `${dataset.name} ${dataset.version}, ${dataset.sha256?.slice(0, 8) ?? "not read to its end"}`;

function planWarnings(a: Manifest, b: Manifest): string[] {
  const named = differences(
    { stream: a.plan.stream, ...a.plan.parameters },
    { stream: b.plan.stream, ...b.plan.parameters },
  );
  return named.length === 0 ? [] : [`the requests differ: ${named.join(", ")}`];
}

function loadWarnings(a: Manifest, b: Manifest): string[] {
  const named = differences(loadOf(a), loadOf(b));
  return named.length === 0 ? [] : [`the load differs: ${named.join(", ")}`];
}

/** What an older version did where it recorded nothing. */
const EARLIER_LOAD = { arrival: "constant", warmup: 0, adaptive: false, order: "side_by_side" };

/** The load that a run was sent with; where segments had another each, what they had, in their order. */
function loadOf({ segments }: Manifest): object {
  const loads = segments.map(({ load }) => new Map<string, unknown>(Object.entries({ ...EARLIER_LOAD, ...load })));
  const names = new Set(loads.flatMap((load) => [...load.keys()]));
  return Object.fromEntries(
    [...names].map((name) => {
      const values = loads.map((load) => load.get(name) ?? null);
      const changed = values.filter((value, i) => i === 0 || shown(value) !== shown(values[i - 1]));
      return [name, changed.length > 1 ? new Changing(changed) : (values[0] ?? null)];
    }),
  );
}

/** A member that a resume changed. */
class Changing {
  readonly values: readonly unknown[];

  constructor(values: readonly unknown[]) {
    this.values = values;
  }
}

/** `name 5 in A, 10 in B` for each member that differs; a member that one side has not is null there. */
function differences(a: object, b: object): string[] {
  const [inA, inB] = [new Map<string, unknown>(Object.entries(a)), new Map<string, unknown>(Object.entries(b))];
  const text = (value: unknown): string => JSON.stringify(value ?? null);
  return [...new Set([...inA.keys(), ...inB.keys()])]
    .filter((name) => text(inA.get(name)) !== text(inB.get(name)))
    .map((name) => `${name} ${shown(inA.get(name))} in A, ${shown(inB.get(name))} in B`);
}

const SHOWN_CHARACTERS = 40;

function shown(value: unknown): string {
  if (value instanceof Changing) return value.values.map(shown).join(" then ");
  const text = JSON.stringify(value ?? null);
  if (text === "null") return "unset";
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}…`;
}

function endWarnings({ name, manifest, finished, planned }: ComparedRun): string[] {
  if (manifest.status === "finished" && finished >= (planned ?? 0)) return [];
  return [`${name} is not at its end: ${finished}${planned === null ? "" : ` of ${planned}`} cases have a result`];
}

function validityWarnings({ name, validity: { verdict, reasons } }: ComparedRun): string[] {
  if (verdict === null) return [`${name} measured nothing: ${reasons.join("; ")}`];
  return verdict === "VALID" ? [] : [`the measurement of ${name} is ${verdict}: ${reasons.join("; ")}`];
}

function environmentWarnings({ environment: a }: Manifest, { environment: b }: Manifest): string[] {
  const named = differences(a, b);
  return named.length === 0 ? [] : [`the runs were made on different systems: ${named.join(", ")}`];
}
