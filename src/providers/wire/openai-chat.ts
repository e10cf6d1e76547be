import { isoTimeOf } from "../../core/clock.ts";
import type { FailureCode } from "../../core/failure.ts";
import type { ModelRequest } from "../../core/request.ts";
import type { ModelResponse, Usage } from "../../core/response.ts";
import { codeOfMessage, codeOfStatus, tidyMessage } from "./failures.ts";
import { countAt, fieldsAt, isFields, listAt, parseJson, textAt, type Fields } from "./fields.ts";
import { sumOf } from "./usage.ts";
import type { Delta, StreamReader, WireEvent, WireFailure, WireFormat } from "./wire-format.ts";

/** OpenAI's own error codes where they say more than the HTTP status; other servers copy them. */
const BY_ERROR_CODE: Readonly<Record<string, FailureCode>> = {
  invalid_api_key: "auth",
  insufficient_quota: "quota",
  billing_hard_limit_reached: "quota",
  context_length_exceeded: "context_length",
  content_filter: "content_filter",
  content_policy_violation: "content_filter",
  model_not_found: "not_found",
  rate_limit_exceeded: "rate_limited",
};

function failureIn(error: Fields, status: number): WireFailure {
  const message = textAt(error, "message") ?? JSON.stringify(error);
  const named = BY_ERROR_CODE[textAt(error, "code") ?? ""] ?? BY_ERROR_CODE[textAt(error, "type") ?? ""];
  const worded = status === 400 || status === 413 || status === 429 ? codeOfMessage(message) : null;
  return { code: named ?? worded ?? codeOfStatus(status), message: tidyMessage(message) };
}

function usageIn(body: Fields): Usage | null {
  const usage = body["usage"];
  if (!isFields(usage)) return null;
  const prompt = countAt(usage, "prompt_tokens");
  const completion = countAt(usage, "completion_tokens");
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: sumOf(prompt, completion),
    reasoning_tokens: countAt(fieldsAt(usage, "completion_tokens_details"), "reasoning_tokens"),
    cached_tokens: countAt(fieldsAt(usage, "prompt_tokens_details"), "cached_tokens"),
    cache_write_tokens: null,
  };
}

const reasoningIn = (message: Fields): string | null =>
  textAt(message, "reasoning_content") ?? textAt(message, "reasoning");

function readBody(body: unknown): ReturnType<WireFormat["readBody"]> {
  if (!isFields(body)) return null;
  const choice = listAt(body, "choices")[0];
  if (choice === undefined || !isFields(choice["message"])) return null;
  const message = choice["message"];
  const toolCalls = listAt(message, "tool_calls");
  return {
    response: {
      id: textAt(body, "id"),
      model: textAt(body, "model"),
      content: textAt(message, "content") ?? textAt(message, "refusal"),
      reasoning: reasoningIn(message),
      tool_calls: toolCalls.length > 0 ? [...toolCalls] : null,
      finish_reason: textAt(choice, "finish_reason"),
      usage: usageIn(body),
      created_at: isoTimeOf(body["created"]),
    },
    systemFingerprint: textAt(body, "system_fingerprint"),
  };
}

/** Streamed tool calls come in pieces that share an index; arguments are appended, the rest is set once. */
function addToolCalls(calls: Map<number, Record<string, unknown>>, pieces: readonly Fields[]): boolean {
  let brought = false;
  for (const piece of pieces) {
    const index = countAt(piece, "index") ?? 0;
    const call = calls.get(index) ?? { id: null, type: "function", function: { name: "", arguments: "" } };
    const named = fieldsAt(call, "function");
    const added = fieldsAt(piece, "function");
    const argumentsAdded = textAt(added, "arguments") ?? "";
    calls.set(index, {
      ...call,
      id: textAt(piece, "id") ?? call["id"],
      function: {
        name: `${textAt(named, "name") ?? ""}${textAt(added, "name") ?? ""}`,
        arguments: `${textAt(named, "arguments") ?? ""}${argumentsAdded}`,
      },
    });
    brought ||= argumentsAdded !== "";
  }
  return brought;
}

function startStream(onText?: (text: string) => void): StreamReader {
  let content: string | null = null;
  let reasoning: string | null = null;
  let finishReason: string | null = null;
  let usage: Usage | null = null;
  let first: Fields | null = null;
  let systemFingerprint: string | null = null;
  let ended = false;
  let failure: WireFailure | null = null;
  const toolCalls = new Map<number, Record<string, unknown>>();

  const takeDelta = (delta: Fields): Delta => {
    const text = textAt(delta, "content") || textAt(delta, "refusal");
    if (text) {
      content = (content ?? "") + text;
      onText?.(text);
      return "text";
    }
    const thought = reasoningIn(delta);
    if (thought) {
      reasoning = (reasoning ?? "") + thought;
      return "reasoning";
    }
    return addToolCalls(toolCalls, listAt(delta, "tool_calls")) ? "other" : "none";
  };

  return {
    take({ data }: WireEvent): Delta {
      if (ended) return "none";
      if (data === "[DONE]") {
        ended = true;
        return "none";
      }
      const chunk = parseJson(data);
      if (!isFields(chunk)) {
        failure ??= { code: "stream_malformed", message: tidyMessage(`event is not a JSON object: ${data}`) };
        return "none";
      }
      const error = chunk["error"] ?? null;
      if (error !== null) {
        const message = isFields(error)
          ? failureIn(error, 500).message
          : tidyMessage(typeof error === "string" ? error : JSON.stringify(error));
        failure ??= { code: "stream_error", message };
        return "none";
      }
      first ??= chunk;
      systemFingerprint = textAt(chunk, "system_fingerprint") ?? systemFingerprint;
      usage = usageIn(chunk) ?? usage;
      const choice = listAt(chunk, "choices")[0];
      if (choice === undefined) return "none";
      finishReason = textAt(choice, "finish_reason") ?? finishReason;
      return takeDelta(fieldsAt(choice, "delta"));
    },
    get ended() {
      return ended;
    },
    // Many compatible servers close without `[DONE]`; an answer whose finish reason came is whole all the same.
    get complete() {
      return ended || finishReason !== null;
    },
    get failure() {
      return failure;
    },
    get systemFingerprint() {
      return systemFingerprint;
    },
    response(): ModelResponse {
      return {
        id: textAt(first ?? {}, "id"),
        model: textAt(first ?? {}, "model"),
        content,
        reasoning,
        tool_calls: toolCalls.size > 0 ? [...toolCalls.values()] : null,
        finish_reason: finishReason,
        usage,
        created_at: isoTimeOf((first ?? {})["created"]),
      };
    },
  };
}

/**
 * OpenAI chat completions, as OpenAI and the many servers compatible with it speak it.
 * `maxTokensField`: OpenAI itself has renamed `max_tokens`; most other servers know only the old name.
 */
export function openaiChat(options: { maxTokensField: "max_tokens" | "max_completion_tokens" }): WireFormat {
  return {
    path: "/chat/completions",
    headers: (apiKey) => (apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }),
    body(request: ModelRequest) {
      const system = request.system === undefined ? [] : [{ role: "system", content: request.system }];
      return {
        model: request.model,
        messages: [...system, { role: "user", content: request.prompt }],
        temperature: request.temperature,
        top_p: request.top_p,
        stop: request.stop,
        [options.maxTokensField]: request.max_tokens,
        ...(request.stream ? { stream: true, stream_options: { include_usage: true } } : {}),
      };
    },
    readBody,
    startStream,
    readFailure(status, body, text) {
      const error = isFields(body) ? body["error"] : undefined;
      if (isFields(error)) return failureIn(error, status);
      const message = typeof error === "string" ? error : text;
      return { code: codeOfStatus(status), message: tidyMessage(message) || `HTTP ${status} without a message` };
    },
  };
}
