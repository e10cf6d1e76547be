import { seededRandom } from "../core/random.ts";

/** Faults that are an HTTP error status. */
export const REFUSALS = [
  "rate_limited",
  "overloaded",
  "server_error",
  "invalid_request",
  "auth",
  "permission",
  "quota",
  "not_found",
  "context_length",
  "content_filter",
] as const;
export type Refusal = (typeof REFUSALS)[number];

/** Faults that spoil an answer or the connection that it comes over. */
export const BREAKS = ["connection", "malformed", "stream_cut", "stream_error", "stall"] as const;
export type Break = (typeof BREAKS)[number];

/** Everything that a case can be made to meet. */
export const FAULT_KINDS = [...REFUSALS, ...BREAKS] as const;
export type FaultKind = Refusal | Break;

/** The faults drawn from unless others are asked for: those that pass, sooner or later, when tried again. */
export const DEFAULT_FAULT_KINDS: readonly FaultKind[] = [
  "rate_limited",
  "overloaded",
  "server_error",
  "stream_cut",
  "stream_error",
  "connection",
];

export function isFaultKind(text: string): text is FaultKind {
  return (FAULT_KINDS as readonly string[]).includes(text);
}

export function isRefusal(kind: FaultKind): kind is Refusal {
  return (REFUSALS as readonly string[]).includes(kind);
}

/**
 * The fault that an attempt (0 for the first) at a case meets, or null. A pure function of its arguments, so that a
 * run killed and resumed meets the same. A share `fail` of the cases is faulty, always with the same kind: 3 in 8 of
 * them fail once, 3 in 8 twice, 1 in 4 always.
 */
export function faultOf(
  options: { readonly seed: number; readonly fail: number; readonly failKinds: readonly FaultKind[] },
  caseKey: string,
  attempt: number,
): FaultKind | null {
  const random = seededRandom(`${options.seed} fault ${caseKey}`);
  if (random() >= options.fail) return null;
  const kind = options.failKinds[Math.floor(random() * options.failKinds.length)];
  const draw = random();
  const failing = draw < 0.25 ? Infinity : draw < 0.625 ? 1 : 2;
  return kind !== undefined && attempt < failing ? kind : null;
}
