import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ApiType } from "../../src/core/api-type.ts";
import type { ModelResponse, Usage } from "../../src/core/response.ts";
import { wireOf } from "../../src/providers/apis.ts";
import type { WireFormat } from "../../src/providers/wire/wire-format.ts";
import { ROOT } from "./cli.ts";

/** What all fixtures say, each in the words of its API. */
export const TEXT = "Grüße, 世界 😀!";
export const REASONING = "The user wants a greeting.";
export const ARGUMENTS = '{"city":"Zürich","days":2}';

type Known = Omit<ModelResponse, "content" | "reasoning" | "tool_calls">;

/** A wire format with what its fixtures are to be read as. */
export interface WireCase {
  readonly name: string;
  readonly type: ApiType;
  readonly wire: WireFormat;
  /** The content type of a stream, and the ending of the files that hold one; null where there are no streams. */
  readonly streams: { readonly contentType: string; readonly ending: string } | null;
  /** What the plain answer says beside its text. */
  readonly plain: Known;
  /** Where the stream says something else. */
  readonly streamed?: Partial<Known>;
  /** Null where the API knows no reasoning. */
  readonly reasoning: Partial<Usage> | null;
  /** The call's id and the finish reason with it; null where the API knows no tools. */
  readonly tools: { readonly id: string | null; readonly finish: string; readonly reasoning?: string } | null;
  /** What separates the last event from the rest: cut there, the answer is not whole. */
  readonly completes: string;
  /** What the error in the stream states, where it states more than an error. */
  readonly errorInStream?: "overloaded";
}

const SSE = { contentType: "text/event-stream; charset=utf-8", ending: "sse" };

const usage = (prompt: number, completion: number, more: Partial<Usage> = {}): Usage => ({
  prompt_tokens: prompt,
  completion_tokens: completion,
  total_tokens: prompt + completion,
  reasoning_tokens: null,
  cached_tokens: null,
  cache_write_tokens: null,
  ...more,
});

const openai = { streams: SSE, completes: '"finish_reason":"' } as const;

export const WIRES: readonly WireCase[] = [
  {
    name: "openai-chat",
    type: "openai",
    wire: wireOf("openai", "https://example.com/v1"),
    ...openai,
    plain: {
      id: "chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT",
      model: "gpt-4o-2024-08-06",
      finish_reason: "stop",
      usage: usage(19, 9, { cached_tokens: 4, reasoning_tokens: 0 }),
      created_at: "2025-03-10T01:25:52.000Z",
    },
    streamed: { id: "chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG", created_at: "2025-03-10T01:31:23.000Z" },
    reasoning: usage(19, 30, { reasoning_tokens: 21, cached_tokens: 16 }),
    tools: { id: "call_abc123", finish: "tool_calls" },
  },
  {
    name: "openai-responses",
    type: "openai-responses",
    wire: wireOf("openai-responses", "https://example.com/v1"),
    streams: SSE,
    completes: "event: response.completed",
    plain: {
      id: "resp_67ccd3a9da748190baa7f1570fe91ac604becb25c45c1d41",
      model: "gpt-4o-2024-08-06",
      finish_reason: "completed",
      usage: usage(36, 20, { cached_tokens: 12, reasoning_tokens: 0 }),
      created_at: "2025-03-08T23:32:57.000Z",
    },
    reasoning: usage(36, 84, { cached_tokens: 12, reasoning_tokens: 64 }),
    tools: { id: "call_12345xyz", finish: "completed" },
  },
  {
    name: "openai-completions",
    type: "openai-completions",
    wire: wireOf("openai-completions", "https://example.com/v1"),
    ...openai,
    plain: {
      id: "cmpl-7iA7iJjj8V2zOkCGvWF2hAkDWBQZe",
      model: "gpt-3.5-turbo-instruct",
      finish_reason: "length",
      usage: usage(5, 9),
      created_at: "2023-07-30T23:28:22.000Z",
    },
    reasoning: null,
    tools: null,
  },
  {
    name: "openai-embeddings",
    type: "openai-embeddings",
    wire: wireOf("openai-embeddings", "https://example.com/v1"),
    streams: null,
    completes: "",
    plain: {
      id: null,
      model: "text-embedding-3-small",
      finish_reason: null,
      usage: { ...usage(8, 0), completion_tokens: null },
      created_at: null,
    },
    reasoning: null,
    tools: null,
  },
  {
    name: "anthropic-messages",
    type: "anthropic",
    wire: wireOf("anthropic", "https://example.com/v1"),
    streams: SSE,
    completes: "event: message_stop",
    errorInStream: "overloaded",
    plain: {
      id: "msg_014p7gG3wDgGV9EUtLvnow3U",
      model: "claude-sonnet-4-20250514",
      finish_reason: "end_turn",
      usage: usage(43, 15, { cached_tokens: 11, cache_write_tokens: 7 }),
      created_at: null,
    },
    reasoning: usage(43, 33, { cached_tokens: 11, cache_write_tokens: 7 }),
    tools: { id: "toolu_01T1x1fJ34qAmk2tNTrN7Up6", finish: "tool_use" },
  },
  {
    name: "google-gemini",
    type: "google",
    wire: wireOf("google", "https://example.com/v1beta"),
    streams: SSE,
    completes: '"finishReason":"',
    errorInStream: "overloaded",
    plain: {
      id: "pZ5xaLrKAqK8nvgP1oXm4Q4",
      model: "gemini-2.5-flash",
      finish_reason: "STOP",
      usage: usage(8, 9),
      created_at: null,
    },
    reasoning: usage(8, 50, { reasoning_tokens: 41, cached_tokens: 3 }),
    tools: { id: null, finish: "STOP" },
  },
  {
    name: "ollama-chat",
    type: "ollama",
    wire: wireOf("ollama", "https://example.com/api"),
    streams: { contentType: "application/x-ndjson", ending: "ndjson" },
    completes: '"done":true',
    plain: {
      id: null,
      model: "llama3.2",
      finish_reason: "stop",
      usage: usage(26, 9),
      created_at: "2023-08-04T15:52:19.385Z",
      server_timing: { load_ms: 1.334875, prompt_ms: 342.546, output_ms: 4535.599, total_ms: 4883.583458 },
    },
    reasoning: usage(26, 9),
    tools: { id: null, finish: "stop" },
  },
  {
    name: "cohere-chat",
    type: "cohere",
    wire: wireOf("cohere", "https://example.com/v2"),
    streams: SSE,
    completes: "event: message-end",
    plain: {
      id: "c14c80c3-18eb-4519-9460-6c92edd8cfb4",
      model: null,
      finish_reason: "COMPLETE",
      usage: usage(5, 9),
      created_at: null,
    },
    streamed: { id: "29f14a5a-11de-4cae-9800-25e4747408ea" },
    reasoning: usage(5, 9),
    tools: { id: "get_weather_8aqm5h2zvr7x", finish: "TOOL_CALL", reasoning: "I will look up the weather." },
  },
];

/** The wires that stream. */
export const STREAMING_WIRES = WIRES.flatMap(({ streams, ...more }) =>
  streams === null ? [] : [{ ...more, streams }],
);

const folder = (wire: string): string => join(ROOT, "test/fixtures/wires", wire);

/** A body as a server sends it. */
export const fixture = (wire: string, file: string): Buffer => readFileSync(join(folder(wire), file));

/** Refusals: files whose names say the HTTP status and the failure that they are to be read as. */
export const refusalsOf = (wire: string): { file: string; status: number; code: string }[] =>
  readdirSync(folder(wire)).flatMap((file) => {
    const match = /^(\d{3})-([a-z-]+)\.json$/.exec(file);
    return match === null ? [] : [{ file, status: Number(match[1]), code: (match[2] ?? "").replaceAll("-", "_") }];
  });
