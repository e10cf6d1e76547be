import type { FailureCode } from "../../core/failure.ts";
import type { ModelRequest, RequestParameters } from "../../core/request.ts";
import type { ModelResponse, Usage } from "../../core/response.ts";
import type { Fields } from "./fields.ts";
import type { ParameterTable } from "./parameters.ts";

/** What an event of a stream brought. Role-only, usage-only, ping and empty events bring `none`. */
export type Delta = "none" | "text" | "reasoning" | "other";

/** A failure in the server's words. */
export interface WireFailure {
  readonly code: FailureCode;
  readonly message: string;
  /** How long the body asks us to wait; headers rule over it. */
  readonly retryAfterMs?: number;
}

/** One event of a stream. */
export interface WireEvent {
  /** `message` where the server gave none, `error` also for a field `error:`, empty for text outside any event. */
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
  /**
   * Whether an answer began: a choice, candidate, message or output item came. Null while nothing came that could be
   * one, or while the server says that one is under way.
   */
  readonly began: boolean | null;
  /** An error that the server stated, or an event that is not of this API. */
  readonly failure: WireFailure | null;
  /** Fields that some servers send beside the answer. */
  readonly systemFingerprint: string | null;
  /** The answer so far. */
  response(): ModelResponse;
}

/** What a 2xx body holds: an answer, or one that the server gave up. */
export type WireAnswer =
  | { readonly response: ModelResponse; readonly systemFingerprint: string | null; readonly failure?: undefined }
  | { readonly failure: WireFailure };

/** What an API takes besides a plain prompt: turns of a conversation, and images in them. */
export interface Takes {
  readonly turns: boolean;
  /** `data`: in base64 only, since it fetches no addresses. */
  readonly images: "any" | "data" | "none";
}

/** One API: a request out, a response or events in. Pure: no clock, no socket, no state between requests. */
export interface WireFormat {
  /** Appended to the base URL. */
  path(request: ModelRequest): string;
  headers(apiKey: string | null): Record<string, string>;
  body(request: ModelRequest): Record<string, unknown>;
  /** Where each request parameter goes; null for what the API does not know. */
  readonly parameters: ParameterTable;
  /** What besides a plain prompt it can be sent. */
  readonly takes: Takes;
  /** Parameters that the API knows and cannot do as this request asks for them. */
  readonly refuses?: (request: ModelRequest) => readonly (keyof RequestParameters)[];
  /** A member of the body that a server may not understand and can do without; `named` matches a refusal of it. */
  readonly dispensable?: { readonly field: string; readonly named: RegExp };
  /** Two names of one member of the body; a server that refuses the one takes the other. */
  readonly renamable?: readonly [string, string];
  /** The answer in a 2xx body; null when it is not what was asked for. */
  readBody(body: unknown): WireAnswer | null;
  /** The usage that a body states, whether it holds an answer or not. */
  readUsage(body: Fields): Usage | null;
  /** Null for an API that does not stream; it is then asked for plain answers. */
  readonly startStream: ((onText?: (text: string) => void) => StreamReader) | null;
  /** What a body that is not 2xx says; the status is used where the body says nothing. */
  readFailure(status: number, body: unknown, text: string): WireFailure;
}

/** An API that streams. */
export interface StreamingWireFormat extends WireFormat {
  readonly startStream: (onText?: (text: string) => void) => StreamReader;
}
