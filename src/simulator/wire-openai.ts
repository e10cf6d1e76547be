import { openaiLimitHeaders } from "./rate-limit.ts";
import type { Refusal } from "./faults.ts";
import type { Answer, Wire } from "./wire.ts";

/** Status, `type` and `code` as OpenAI states them; messages carry the words that clients look for. */
const REFUSALS: Readonly<Record<Refusal | "unknown_url", readonly [number, string, string | null, string]>> = {
  rate_limited: [429, "requests", "rate_limit_exceeded", "Simulated: rate limit reached, please try again later"],
  overloaded: [503, "server_error", null, "Simulated: the engine is currently overloaded, please try again later"],
  server_error: [500, "server_error", null, "Simulated: the server had an error while processing your request"],
  invalid_request: [400, "invalid_request_error", null, "Simulated: the request is invalid"],
  auth: [401, "invalid_request_error", "invalid_api_key", "Simulated: incorrect API key provided"],
  permission: [403, "invalid_request_error", null, "Simulated: you do not have access to this resource"],
  quota: [429, "insufficient_quota", "insufficient_quota", "Simulated: you exceeded your current quota"],
  not_found: [404, "invalid_request_error", "model_not_found", "Simulated: the model does not exist"],
  context_length: [
    400,
    "invalid_request_error",
    "context_length_exceeded",
    "Simulated: this model's maximum context length was exceeded",
  ],
  content_filter: [
    400,
    "invalid_request_error",
    "content_filter",
    "Simulated: the prompt was refused by the content filter",
  ],
  unknown_url: [404, "invalid_request_error", "unknown_url", "Unknown request URL"],
};

const usageOf = (answer: Answer): Record<string, number> => ({
  prompt_tokens: answer.promptTokens,
  completion_tokens: answer.tokens.length,
  total_tokens: answer.promptTokens + answer.tokens.length,
});

function chunk(answer: Answer, delta: object, finish: string | null, more: object = {}): string {
  return event({
    id: `chatcmpl-sim-${answer.id}`,
    object: "chat.completion.chunk",
    created: answer.created,
    model: answer.model,
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
    // OpenAI states a null usage on every chunk but the last one, once it is asked to include it.
    ...(answer.includeUsage ? { usage: null } : {}),
    ...more,
  });
}

const event = (data: object): string => `data: ${JSON.stringify(data)}\n\n`;

const refuse: Wire["refuse"] = (kind, _requestId, about) => {
  const [status, type, code, message] = REFUSALS[kind];
  return { status, body: { error: { message: about?.message ?? message, type, param: about?.param ?? null, code } } };
};

/** OpenAI chat completions. */
export const openaiWire: Wire = {
  requestIdHeader: "x-request-id",
  limitHeaders: openaiLimitHeaders,
  maxTokensRequired: false,
  streamType: "text/event-stream; charset=utf-8",
  names: {},
  asChat: (body) => body,
  opening: (answer) => chunk(answer, { role: "assistant", content: "", refusal: null }, null),
  token: (answer, text, sim) => chunk(answer, { content: text }, null, { sim }),
  closing(answer) {
    const usage = answer.includeUsage ? chunk(answer, {}, null, { choices: [], usage: usageOf(answer) }) : "";
    return `${chunk(answer, {}, answer.finish)}${usage}data: [DONE]\n\n`;
  },
  streamError: (requestId) => event(refuse("server_error", requestId).body as object),
  body: (answer, sim) => ({
    id: `chatcmpl-sim-${answer.id}`,
    object: "chat.completion",
    created: answer.created,
    model: answer.model,
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: answer.tokens.join(""), refusal: null },
        logprobs: null,
        finish_reason: answer.finish,
      },
    ],
    usage: usageOf(answer),
    sim,
  }),
  refuse,
  modelList: (ids) => ({
    object: "list",
    data: ids.map((id) => ({ id, object: "model", created: 0, owned_by: "simulator" })),
  }),
};
