import { z } from "zod";

/**
 * Every way in which an attempt can end other than in success. Exactly one applies. `docs/errors.md` says what each means.
 *
 * @example
 * const timeouts = FAILURE_CODES.filter((code) => code.startsWith("timeout_"));
 */
export const FAILURE_CODES = [
  "auth",
  "permission",
  "quota",
  "invalid_request",
  "not_found",
  "context_length",
  "content_filter",
  "rate_limited",
  "overloaded",
  "server_error",
  "timeout_connect",
  "timeout_first_token",
  "timeout_idle",
  "timeout_total",
  "dns",
  "refused",
  "tls",
  "proxy",
  "connection",
  "stream_cut",
  "stream_error",
  "stream_malformed",
  "response_too_large",
  "local_limit",
  "cancelled",
] as const;

export const failureCodeSchema = z.enum(FAILURE_CODES);
/** One of `FAILURE_CODES`. */
export type FailureCode = z.infer<typeof failureCodeSchema>;

/** Why one attempt failed, as a provider reports it. */
export interface Failure {
  readonly code: FailureCode;
  /** In the server's words where it gave any; never holds a secret once written anywhere. */
  readonly message: string;
  readonly http_status: number | null;
  /** How long the server asked us to wait (`Retry-After`, `retry-after-ms`), in milliseconds. */
  readonly retry_after_ms: number | null;
  /** The name and value that said so, as the server put them: `retry-after: 20`. */
  readonly wait_stated?: string;
  /**
   * The request went out on a kept-alive connection that the server had already closed, and no byte came back:
   * sending it again at once on a fresh connection cannot pay twice.
   */
  readonly stale_connection: boolean;
  /**
   * The server refused a member of the request that it does not know and that can be left out, and from now on it is:
   * the same case is sent again at once, and nothing counts the refusal.
   */
  readonly reworded?: true;
  /** The resolver asked to try again (`EAI_AGAIN`), so that a `dns` failure is retried; other ones are final. */
  readonly temporary?: true;
}

/**
 * A failure with everything beside its code and message at its default: for a `Provider` of one's own to report.
 *
 * @example
 * const busy = failure("rate_limited", "429 from the server", { http_status: 429, retry_after_ms: 2000 });
 */
export function failure(code: FailureCode, message: string, more: Partial<Failure> = {}): Failure {
  return { code, message, http_status: null, retry_after_ms: null, stale_connection: false, ...more };
}

/** The status that a result with this failure has. */
export function statusOf(code: FailureCode): "failure" | "timeout" {
  return code.startsWith("timeout_") ? "timeout" : "failure";
}
