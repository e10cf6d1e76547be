import { anthropicLimitHeaders } from "./rate-limit.ts";
import type { Refusal } from "./faults.ts";
import type { Answer, Wire } from "./wire.ts";

/** Status and `type` as Anthropic states them; messages carry the words that clients look for. */
const REFUSALS: Readonly<Record<Refusal | "unknown_url", readonly [number, string, string]>> = {
  rate_limited: [429, "rate_limit_error", "Simulated: this request would exceed your rate limit"],
  overloaded: [529, "overloaded_error", "Simulated: overloaded"],
  server_error: [500, "api_error", "Simulated: internal server error"],
  invalid_request: [400, "invalid_request_error", "Simulated: the request is invalid"],
  auth: [401, "authentication_error", "Simulated: invalid x-api-key"],
  permission: [403, "permission_error", "Simulated: your API key may not use this resource"],
  quota: [400, "invalid_request_error", "Simulated: your credit balance is too low to access the API"],
  not_found: [404, "not_found_error", "Simulated: the model does not exist"],
  context_length: [400, "invalid_request_error", "Simulated: prompt is too long: 200001 tokens > 200000 maximum"],
  content_filter: [400, "invalid_request_error", "Simulated: output blocked by content filtering policy"],
  unknown_url: [404, "not_found_error", "Not found"],
};

const STOP_REASONS = { stop: "end_turn", length: "max_tokens" } as const;

const event = (data: { type: string }): string => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;

const refuse: Wire["refuse"] = (kind, requestId, about) => {
  const [status, type, message] = REFUSALS[kind];
  return {
    status,
    body: { type: "error", error: { type, message: about?.message ?? message }, request_id: requestId },
  };
};

const messageOf = (answer: Answer, content: object[], stopReason: string | null, outputTokens: number): object => ({
  id: `msg_sim_${answer.id}`,
  type: "message",
  role: "assistant",
  model: answer.model,
  content,
  stop_reason: stopReason,
  stop_sequence: null,
  usage: {
    input_tokens: answer.promptTokens,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    output_tokens: outputTokens,
  },
});

/** Anthropic messages. */
export const anthropicWire: Wire = {
  requestIdHeader: "request-id",
  limitHeaders: anthropicLimitHeaders,
  maxTokensRequired: true,
  streamType: "text/event-stream; charset=utf-8",
  names: {},
  asChat: (body) => body,
  opening: (answer) =>
    [
      // Like the real API this already reports an output token: counts are cumulative, and adding them up is wrong.
      { type: "message_start", message: messageOf(answer, [], null, 1) },
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
      { type: "ping" },
    ]
      .map(event)
      .join(""),
  token: (_answer, text, sim) => {
    const data = { type: "content_block_delta", index: 0, delta: { type: "text_delta", text }, sim };
    return event(data);
  },
  closing(answer) {
    const ending = {
      type: "message_delta",
      delta: { stop_reason: STOP_REASONS[answer.finish], stop_sequence: null },
      usage: { output_tokens: answer.tokens.length },
    };
    return [{ type: "content_block_stop", index: 0 }, ending, { type: "message_stop" }].map(event).join("");
  },
  streamError: (requestId) => event(refuse("server_error", requestId).body as { type: string }),
  body: (answer, sim) => ({
    ...messageOf(
      answer,
      [{ type: "text", text: answer.tokens.join("") }],
      STOP_REASONS[answer.finish],
      answer.tokens.length,
    ),
    sim,
  }),
  refuse,
  modelList: (ids) => ({
    data: ids.map((id) => ({ type: "model", id, display_name: id, created_at: "1970-01-01T00:00:00Z" })),
    has_more: false,
    first_id: ids[0] ?? null,
    last_id: ids.at(-1) ?? null,
  }),
};
