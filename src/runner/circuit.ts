import type { FailureCode } from "../core/failure.ts";

/** What will not get better by sending the next case. */
const FATAL: ReadonlySet<FailureCode> = new Set([
  "auth",
  "permission",
  "quota",
  "not_found",
  "dns",
  "refused",
  "tls",
  "proxy",
]);

/** Whether a target that never succeeded and now failed this way should get no further cases. */
export function opensCircuit(code: FailureCode, everSucceeded: boolean): boolean {
  return !everSucceeded && FATAL.has(code);
}
