import { messageOf, systemCodeOf } from "../../core/errors.ts";
import { failure, type Failure, type FailureCode } from "../../core/failure.ts";
import { UNDECODABLE } from "./content-encoding.ts";
import { LimitError } from "./limits.ts";
import { localLimitIn } from "./local-limit.ts";
import { ProxyUnreachable } from "./open-socket.ts";
import { ProxyError } from "./proxy-tunnel.ts";
import { explainTls, isTlsAlert, speaksTls } from "./tls-failure.ts";

const BY_SYSTEM_CODE: Readonly<Record<string, FailureCode>> = {
  ENOTFOUND: "dns",
  EAI_AGAIN: "dns",
  EAI_FAIL: "dns",
  EAI_NODATA: "dns",
  ECONNREFUSED: "refused",
  EHOSTUNREACH: "refused",
  ENETUNREACH: "refused",
  // For want of an address that could reach the server's; for want of a port it is this machine's limit.
  EADDRNOTAVAIL: "refused",
  ETIMEDOUT: "timeout_connect",
};

const isTls = (code: string): boolean =>
  /^(CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|EPROTO)/.test(code);

/** What an error of Node says of a server that was not reached; null where it says something else. */
export function unreachedCode(error: unknown): Pick<Failure, "code" | "temporary"> | null {
  if (localLimitIn(error) !== null) return { code: "local_limit" };
  const code = systemCodeOf(error) ?? "";
  const known = BY_SYSTEM_CODE[code] ?? (isTls(code) ? "tls" : null);
  return known === null ? null : { code: known, ...mayPass(code) };
}

/** A resolver that has no answer for now may have one in a moment. */
const mayPass = (code: string): Pick<Failure, "temporary"> => (code === "EAI_AGAIN" ? { temporary: true } : {});

/** What undici takes for impossible is thrown as a failed assertion: a status code below 100. */
const isAssertion = (error: unknown): boolean => systemCodeOf(error) === "ERR_ASSERTION";

/** An answer that ends inside a chunk is a connection that broke, though undici's parser is the first to say so. */
const isNotHttp = (error: unknown): boolean =>
  isAssertion(error) || (error instanceof Error && error.name === "HTTPParserError" && !/EOF/.test(error.message));

/** How far an exchange had come when its connection failed. */
export interface Progress {
  readonly sent: boolean;
  readonly anyByte: boolean;
  /** Whether the connection was opened for this exchange. */
  readonly fresh: boolean;
  readonly streaming: boolean;
  /** Time since the request was handed to the socket, in milliseconds. */
  readonly sinceSentMs: number;
}

/**
 * A connection that the server had already closed breaks as soon as it is written to. One that breaks later may have
 * cost the server work, and money: repeating that request unasked could pay twice.
 */
const STALE_WITHIN_MS = 500;

/** What a network error means for an attempt that had come this far. */
export function networkFailure(error: unknown, progress: Progress, host: string): Failure {
  if (error instanceof LimitError) return failure("response_too_large", error.message);
  if (error instanceof ProxyError) return failure(error.code, error.message);
  if (error instanceof ProxyUnreachable) return proxyFailure(error);
  const code = systemCodeOf(error) ?? "";
  if (code === UNDECODABLE) return failure("stream_malformed", messageOf(error));
  if (code === "UND_ERR_HEADERS_OVERFLOW") {
    return failure("response_too_large", "the head of the response is too long, and no more is taken");
  }
  const detail = detailOf(error, code);
  const limit = localLimitIn(error);
  if (limit !== null) return failure("local_limit", ranOut(limit, detail));
  if (!progress.sent) return unconnected(error, code, host);
  // On a kept-alive connection it may be the rest of the answer before, which says nothing of this request.
  if (isNotHttp(error) && (progress.fresh || progress.anyByte)) {
    if (error instanceof Error && "data" in error && isTlsAlert(error.data)) {
      return failure("tls", speaksTls(host, "it answered with a TLS alert"));
    }
    return failure("stream_malformed", `what ${host} sent is not HTTP/1.1: ${detail}`);
  }
  // JavaScript's own errors come from reading the answer, such as one that is nested too deep for the stack.
  if (error instanceof RangeError && code === "") {
    return failure("stream_malformed", `the answer cannot be read: ${detail}`);
  }
  if (progress.anyByte && progress.streaming) {
    return failure("stream_cut", `the connection broke before the stream's end: ${detail}`);
  }
  return failure(
    "connection",
    `the connection broke ${progress.anyByte ? "inside the response" : "before any response"}: ${detail}`,
    {
      stale_connection: !progress.fresh && !progress.anyByte && progress.sinceSentMs <= STALE_WITHIN_MS,
    },
  );
}

function unconnected(error: unknown, code: string, to: string): Failure {
  const detail = detailOf(error, code);
  const known = BY_SYSTEM_CODE[code];
  if (known !== undefined) return failure(known, `cannot connect to ${to}: ${detail || code}`, mayPass(code));
  if (isTls(code)) return failure("tls", `no secure connection to ${to}: ${explainTls(error, code)}`);
  return failure("connection", `connecting to ${to} failed: ${detail}`);
}

/** A proxy that nobody answers at is a setting to correct; one that breaks off may answer the next time. */
function proxyFailure({ message: url, cause }: ProxyUnreachable): Failure {
  const limit = localLimitIn(cause);
  if (limit !== null) return failure("local_limit", ranOut(limit, detailOf(cause, systemCodeOf(cause) ?? "")));
  const failed = unconnected(cause, systemCodeOf(cause) ?? "", `the proxy ${url}`);
  const passes = failed.code === "connection" || failed.code === "timeout_connect";
  const advice = "; check HTTPS_PROXY, HTTP_PROXY and ALL_PROXY, or add the host to NO_PROXY";
  return passes ? failed : { ...failed, code: "proxy", message: failed.message + advice };
}

const ranOut = (limit: string, detail: string): string => `this machine ran out of ${limit}: ${detail}`;

function detailOf(error: unknown, code: string): string {
  // A socket that never came to be has no local address, which Node says all the same.
  const message = messageOf(error).replace(" - Local (undefined:undefined)", "");
  // Its text is of undici's own code.
  if (isAssertion(error)) return /statusCode/.test(message) ? "its status code is below 100" : "it breaks the protocol";
  return code === "" || message.includes(code) ? message : `${message} (${code})`;
}
