import type { FailureCode } from "../core/failure.ts";
import { EXIT } from "./exit-codes.ts";

/** Failures by which a target says that it lets nobody in with this key. */
export const UNAUTHORISED: ReadonlySet<FailureCode> = new Set(["auth", "permission"]);
/** Failures by which a target was never reached. */
export const UNREACHED: ReadonlySet<FailureCode> = new Set(["dns", "refused", "tls", "proxy"]);

/** The exit code when every request failed in one of these ways. */
export function exitCodeOfFailures(codes: readonly (FailureCode | null)[]): number {
  if (codes.every((code) => code !== null && UNAUTHORISED.has(code))) return EXIT.auth;
  if (codes.every((code) => code !== null && UNREACHED.has(code))) return EXIT.unreachable;
  return EXIT.casesFailed;
}

/** What to do about a failure; the error catalogue in docs/ says more. */
export const ADVICE: Readonly<Record<FailureCode, string>> = {
  auth: "check its API key",
  permission: "its key may not use this model or endpoint",
  quota: "its account has no quota left; see the provider's billing page",
  invalid_request: "the message says what the server does not take; a parameter, or a base URL that redirects?",
  not_found: "check the model's name and the base URL",
  context_length: "the prompt is too long for this model; send a shorter one",
  content_filter: "the provider refused the prompt; send another one",
  rate_limited: "the server asks for fewer requests; try again later",
  overloaded: "the server has no capacity now; try again later",
  server_error: "the fault is the server's; look into its log, or try again",
  timeout_connect: "no connection in time; check the network, a firewall and the base URL",
  timeout_first_token: "the answer did not begin in time; allow more (--timeout)",
  timeout_idle: "the answer stopped coming; allow more (--timeout), or look at the server",
  timeout_total: "allow more time (--timeout), or ask for a shorter answer (--max-tokens)",
  dns: "its host name is not known; check the base URL and the network",
  refused: "nothing answers at its address; check that the server runs, and the base URL",
  tls: "the secure connection failed; check the base URL's scheme and the server's certificate",
  proxy: "the proxy does not let its requests through; check HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY",
  connection:
    "the connection broke; look into the server's log, or try again; if it speaks TLS, the base URL is https://",
  stream_cut: "the stream ended before its end; a time limit of a proxy, or the server's log?",
  stream_error: "the server reported it inside the stream; read the message",
  response_too_large: "no answer of a model is that large; look at the server, and at docs/networks.md for the limits",
  local_limit: "this machine ran out of descriptors, ports or memory; raise ulimit -n, or send fewer at once",
  stream_malformed: "that is no answer of this API; does the base URL lead to it?",
  cancelled: "it was stopped",
};
