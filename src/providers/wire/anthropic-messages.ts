import type { FailureCode } from "../../core/failure.ts";
import type { ModelRequest } from "../../core/request.ts";
import type { ModelResponse, Usage } from "../../core/response.ts";
import { codeOfMessage, codeOfStatus, tidyMessage } from "./failures.ts";
import { countAt, fieldsAt, isFields, listAt, parseJson, textAt, type Fields } from "./fields.ts";
import { sumOf } from "./usage.ts";
import type { Delta, StreamReader, WireEvent, WireFailure, WireFormat } from "./wire-format.ts";

/** The API demands `max_tokens`; this stands in where nobody set it. */
export const ANTHROPIC_DEFAULT_MAX_TOKENS = 1024;

/** `api_error` and `timeout_error` are not here: gateways put them on any status, which then says more. */
const BY_ERROR_TYPE: Readonly<Record<string, FailureCode>> = {
  authentication_error: "auth",
  billing_error: "quota",
  permission_error: "permission",
  not_found_error: "not_found",
  rate_limit_error: "rate_limited",
  overloaded_error: "overloaded",
};

function failureIn(error: Fields, status: number): WireFailure {
  const message = textAt(error, "message") ?? JSON.stringify(error);
  const code = BY_ERROR_TYPE[textAt(error, "type") ?? ""] ?? codeOfMessage(message) ?? codeOfStatus(status);
  return { code, message: tidyMessage(message) };
}

/** Anthropic counts cache reads and writes beside the input; ours includes both. */
function usageIn(usage: Fields): Usage | null {
  const cached = countAt(usage, "cache_read_input_tokens");
  const written = countAt(usage, "cache_creation_input_tokens");
  const prompt = sumOf(countAt(usage, "input_tokens"), cached ?? 0, written ?? 0);
  const completion = countAt(usage, "output_tokens");
  if (prompt === null && completion === null) return null;
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: sumOf(prompt, completion),
    reasoning_tokens: null,
    cached_tokens: cached,
    cache_write_tokens: written,
  };
}

const blocksText = (blocks: readonly Fields[], type: string, key: string): string | null => {
  const texts = blocks.filter((block) => block["type"] === type).map((block) => textAt(block, key) ?? "");
  return texts.length > 0 ? texts.join("") : null;
};

function responseOf(
  message: Fields,
  blocks: readonly Fields[],
  usage: Fields | null,
  stop: string | null,
): ModelResponse {
  const toolCalls = blocks.filter((block) => block["type"] === "tool_use");
  return {
    id: textAt(message, "id"),
    model: textAt(message, "model"),
    content: blocksText(blocks, "text", "text"),
    reasoning: blocksText(blocks, "thinking", "thinking"),
    tool_calls: toolCalls.length > 0 ? [...toolCalls] : null,
    finish_reason: stop,
    usage: usage === null ? null : usageIn(usage),
    created_at: null,
  };
}

/** Which member of a streamed block each kind of delta extends, and what it counts as. */
const DELTAS: Readonly<Record<string, { from: string; to: string; as: Delta }>> = {
  text_delta: { from: "text", to: "text", as: "text" },
  thinking_delta: { from: "thinking", to: "thinking", as: "reasoning" },
  input_json_delta: { from: "partial_json", to: "input_json", as: "other" },
};

/** A tool's input is streamed as pieces of JSON text. */
function finishedBlock(block: Record<string, unknown>): Fields {
  const { input_json: json, ...rest } = block;
  return typeof json === "string" ? { ...rest, input: parseJson(json) ?? json } : rest;
}

function startStream(onText?: (text: string) => void): StreamReader {
  let message: Fields = {};
  let usage: Fields | null = null;
  let stopReason: string | null = null;
  let complete = false;
  let failure: WireFailure | null = null;
  const blocks = new Map<number, Record<string, unknown>>();

  const extend = (event: Fields): Delta => {
    const delta = fieldsAt(event, "delta");
    const kind = DELTAS[textAt(delta, "type") ?? ""];
    const text = kind === undefined ? null : textAt(delta, kind.from);
    if (kind === undefined || !text) return "none";
    const index = countAt(event, "index") ?? 0;
    const block = blocks.get(index) ?? {};
    block[kind.to] = `${textAt(block, kind.to) ?? ""}${text}`;
    blocks.set(index, block);
    if (kind.as === "text") onText?.(text);
    return kind.as;
  };

  return {
    take({ data }: WireEvent): Delta {
      if (complete) return "none";
      const event = parseJson(data);
      if (!isFields(event)) {
        failure ??= { code: "stream_malformed", message: tidyMessage(`event is not a JSON object: ${data}`) };
        return "none";
      }
      switch (event["type"]) {
        case "message_start":
          message = fieldsAt(event, "message");
          usage = isFields(message["usage"]) ? message["usage"] : null;
          return "none";
        case "content_block_start": {
          const block = { ...fieldsAt(event, "content_block") };
          blocks.set(countAt(event, "index") ?? blocks.size, block);
          const text = textAt(block, "text");
          if (!text) return "none";
          onText?.(text);
          return "text";
        }
        case "content_block_delta":
          return extend(event);
        case "message_delta":
          // Output tokens are cumulative, so the last report counts; it need not repeat the input's.
          usage = { ...usage, ...definedCounts(fieldsAt(event, "usage")) };
          stopReason = textAt(fieldsAt(event, "delta"), "stop_reason") ?? stopReason;
          return "none";
        case "message_stop":
          complete = true;
          return "none";
        case "error":
          failure ??= { code: "stream_error", message: failureIn(fieldsAt(event, "error"), 500).message };
          return "none";
        default:
          return "none";
      }
    },
    get ended() {
      return complete;
    },
    get complete() {
      return complete;
    },
    get failure() {
      return failure;
    },
    systemFingerprint: null,
    response: () => responseOf(message, [...blocks.values()].map(finishedBlock), usage, stopReason),
  };
}

function definedCounts(usage: Fields): Fields {
  return Object.fromEntries(Object.entries(usage).filter(([key]) => countAt(usage, key) !== null));
}

/** Anthropic messages. */
export const anthropicMessages: WireFormat = {
  path: "/messages",
  headers: (apiKey) => ({
    "anthropic-version": "2023-06-01",
    ...(apiKey === null ? {} : { "x-api-key": apiKey }),
  }),
  body(request: ModelRequest) {
    return {
      model: request.model,
      max_tokens: request.max_tokens ?? ANTHROPIC_DEFAULT_MAX_TOKENS,
      system: request.system,
      messages: [{ role: "user", content: request.prompt }],
      temperature: request.temperature,
      top_p: request.top_p,
      stop_sequences: request.stop,
      ...(request.stream ? { stream: true } : {}),
    };
  },
  readBody(body) {
    if (!isFields(body) || !Array.isArray(body["content"])) return null;
    const usage = isFields(body["usage"]) ? body["usage"] : null;
    return {
      response: responseOf(body, listAt(body, "content"), usage, textAt(body, "stop_reason")),
      systemFingerprint: null,
    };
  },
  startStream,
  readFailure(status, body, text) {
    const error = isFields(body) ? body["error"] : undefined;
    if (isFields(error)) return failureIn(error, status);
    return { code: codeOfStatus(status), message: tidyMessage(text) || `HTTP ${status} without a message` };
  },
};
