import type { Millis } from "../../core/clock.ts";

/** A request as the wire formats render it. */
export interface HttpRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type HttpHeaders = Readonly<Record<string, string | string[] | undefined>>;

/**
 * Hears of one exchange, step by step. Instants are taken where the step happens: at the socket read for what
 * arrives, before any parsing. After `ended` or `failed` nothing more is heard.
 */
export interface ExchangeListener {
  /** A connection had to be opened first; not heard on a kept-alive one. */
  connecting(at: Millis): void;
  connected(at: Millis): void;
  /** The request is handed to the socket. `fresh` unless the connection has carried an exchange before. */
  sent(at: Millis, fresh: boolean): void;
  headers(at: Millis, status: number, headers: HttpHeaders): void;
  /** A piece of the body. Pieces of one socket read share its number. */
  data(at: Millis, read: number, chunk: Buffer): void;
  ended(at: Millis): void;
  failed(at: Millis, error: unknown): void;
}

/**
 * One connection to one origin, opened when it is first needed and again when it was lost; one exchange at a time.
 * The seam behind which the HTTP engine can be replaced. Never retries, never times out.
 */
export interface Connection {
  /** Begins an exchange; the returned function ends it at once, as failed with the given error. */
  exchange(request: HttpRequest, listener: ExchangeListener): (error: Error) => void;
  close(): Promise<void>;
}
