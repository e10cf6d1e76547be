import { messageOf, systemCodeOf } from "../../core/errors.ts";
import { failure, type Failure, type FailureCode } from "../../core/failure.ts";

const BY_SYSTEM_CODE: Readonly<Record<string, FailureCode>> = {
  ENOTFOUND: "dns",
  EAI_AGAIN: "dns",
  EAI_FAIL: "dns",
  EAI_NODATA: "dns",
  ECONNREFUSED: "refused",
  EHOSTUNREACH: "refused",
  ENETUNREACH: "refused",
  ETIMEDOUT: "timeout_connect",
};

const isTls = (code: string): boolean =>
  /^(CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|EPROTO)/.test(code);

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
  const code = systemCodeOf(error) ?? "";
  const detail = code === "" || messageOf(error).includes(code) ? messageOf(error) : `${messageOf(error)} (${code})`;
  if (!progress.sent) {
    const known = BY_SYSTEM_CODE[code];
    if (known !== undefined) return failure(known, `cannot connect to ${host}: ${detail || code}`);
    if (isTls(code)) return failure("tls", `no secure connection to ${host}: ${detail}`);
    return failure("connection", `connecting to ${host} failed: ${detail}`);
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
