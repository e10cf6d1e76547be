import type { Refusal } from "./faults.ts";
import type { Left } from "./rate-limit.ts";

/** What a simulated model answers. */
export interface Answer {
  /** Unique to the case; each wire puts its own prefix before it. */
  readonly id: string;
  readonly model: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly promptTokens: number;
  /** Joined, they are the text. */
  readonly tokens: readonly string[];
  readonly finish: "stop" | "length";
  /** Whether a stream states its usage, where that is for the client to ask. */
  readonly includeUsage: boolean;
}

/** The truth about timing, as text of `process.hrtime.bigint()`, which all processes of a machine share. */
export interface Stamps {
  /** When the request's headers had been read. */
  readonly received_ns: string;
  /** Just before this token, or this whole answer, went to the socket. */
  readonly sent_ns: string;
}

/** An error response. */
export interface Refused {
  readonly status: number;
  readonly body: unknown;
}

/** What stands in a request's path instead of its body. */
export interface Addressed {
  readonly model?: string;
  readonly stream?: boolean;
}

/** How one API writes requests, answers and errors. Reads and renders only; never sends, paces or decides. */
export interface Wire {
  readonly requestIdHeader: string;
  /** What is left of the limit of requests; absent where the API says nothing of it. */
  readonly limitHeaders?: (left: Left, wallTime: string) => Record<string, string>;
  /** The content type of a stream. */
  readonly streamType: string;
  /** A request's members under the names that OpenAI's chat completions and Anthropic's messages share. */
  asChat(body: Readonly<Record<string, unknown>>, addressed: Addressed): Readonly<Record<string, unknown>>;
  /** What this API calls those members, where it has names of its own. */
  readonly names: Readonly<Record<string, string>>;
  /** Whether a request without `max_tokens` is an error. */
  readonly maxTokensRequired: boolean;
  /** The events of a stream before its first token. */
  opening(answer: Answer): string;
  /** The event of the i-th token, from 0. */
  token(answer: Answer, text: string, stamps: Stamps, i: number): string;
  /** The events after the last token, with the end marker. */
  closing(answer: Answer): string;
  /** An error event inside a stream. */
  streamError(requestId: string): string;
  /** The body of an answer that is not streamed. */
  body(answer: Answer, stamps: Stamps): unknown;
  /** An error response; `about` says more than the kind does. */
  refuse(kind: Refusal | "unknown_url", requestId: string, about?: { message: string; param?: string }): Refused;
  modelList(ids: readonly string[]): unknown;
}
