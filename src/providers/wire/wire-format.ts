import type { FailureCode } from "../../core/failure.ts";
import type { ModelRequest } from "../../core/request.ts";
import type { ModelResponse } from "../../core/response.ts";

/** What an event of a stream brought. Role-only, usage-only, ping and empty events bring `none`. */
export type Delta = "none" | "text" | "reasoning" | "other";

/** A failure in the server's words. */
export interface WireFailure {
  readonly code: FailureCode;
  readonly message: string;
}

/** A server-sent event: its name (`message` where the server gave none) and its data. */
export interface WireEvent {
  readonly name: string;
  readonly data: string;
}

/** Reads one stream, event by event. */
export interface StreamReader {
  /** Takes the next event and says what it brought; text goes to the callback the reader was made with. */
  take(event: WireEvent): Delta;
  /** Whether the end marker came; nothing that matters can follow. */
  readonly ended: boolean;
  /** Whether the answer is whole if the stream ends here without an error: its end marker or finish reason came. */
  readonly complete: boolean;
  /** An error event, or an event that is not of this API. */
  readonly failure: WireFailure | null;
  /** Fields that some servers send beside the answer. */
  readonly systemFingerprint: string | null;
  /** The answer so far. */
  response(): ModelResponse;
}

/** One API: a request out, a response or events in. Pure: no clock, no socket, no state between requests. */
export interface WireFormat {
  /** Appended to the base URL. */
  readonly path: string;
  headers(apiKey: string | null): Record<string, string>;
  body(request: ModelRequest): Record<string, unknown>;
  /** The answer in a 2xx body; null when it is not what was asked for. */
  readBody(body: unknown): { response: ModelResponse; systemFingerprint: string | null } | null;
  startStream(onText?: (text: string) => void): StreamReader;
  /** What a body that is not 2xx says; the status is used where the body says nothing. */
  readFailure(status: number, body: unknown, text: string): WireFailure;
}
