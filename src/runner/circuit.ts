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

/** Whether one target is still sent to, over all stages of a run. */
export class Circuit {
  #succeeded = false;
  #open: { readonly code: FailureCode; readonly message: string } | null = null;

  /** The failure that stopped the target; null while it goes on. */
  get open(): { readonly code: FailureCode; readonly message: string } | null {
    return this.#open;
  }

  succeeded(): void {
    this.#succeeded = true;
  }

  /** Takes a case's failure; true when it is the one that stops the target. */
  failed(code: FailureCode, message: string): boolean {
    if (this.#open !== null || !opensCircuit(code, this.#succeeded)) return false;
    this.#open = { code, message };
    return true;
  }
}
