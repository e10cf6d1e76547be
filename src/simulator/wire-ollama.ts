import { isoTimeOf } from "../core/clock.ts";
import type { Refusal } from "./faults.ts";
import type { Answer, Stamps, Wire } from "./wire.ts";

/** HTTP status and words; Ollama has no error codes. */
const REFUSALS: Readonly<Record<Refusal | "unknown_url", readonly [number, string]>> = {
  rate_limited: [429, "Simulated: too many requests"],
  overloaded: [503, "Simulated: server busy, please try again. maximum pending requests exceeded"],
  server_error: [500, "Simulated: model runner has unexpectedly stopped"],
  invalid_request: [400, "Simulated: the request is invalid"],
  auth: [401, "Simulated: unauthorized"],
  permission: [403, "Simulated: forbidden"],
  quota: [402, "Simulated: insufficient balance"],
  not_found: [404, "Simulated: model not found"],
  context_length: [400, "Simulated: the input length exceeds the context length"],
  content_filter: [400, "Simulated: refused by the content policy"],
  unknown_url: [404, "404 page not found"],
};

const line = (data: object): string => `${JSON.stringify(data)}\n`;

const refuse: Wire["refuse"] = (kind, _requestId, about) => {
  const [status, message] = REFUSALS[kind];
  return { status, body: { error: about?.message ?? message } };
};

const chunkOf = (answer: Answer, content: string, sim?: Stamps): object => ({
  model: answer.model,
  created_at: isoTimeOf(answer.created),
  message: { role: "assistant", content },
  ...(sim === undefined ? {} : { sim }),
});

const ending = (answer: Answer): object => ({
  done: true,
  done_reason: answer.finish,
  prompt_eval_count: answer.promptTokens,
  eval_count: answer.tokens.length,
});

/** Ollama's own chat API; its durations are left out, since nothing is loaded or evaluated here. */
export const ollamaWire: Wire = {
  requestIdHeader: "x-request-id",
  maxTokensRequired: false,
  streamType: "application/x-ndjson",
  names: { max_tokens: "options.num_predict" },
  asChat(body) {
    const options = body["options"] as Record<string, unknown> | undefined;
    return { ...body, max_tokens: options?.["num_predict"], stream: body["stream"] !== false };
  },
  opening: () => "",
  token: (answer, text, sim) => line({ ...chunkOf(answer, text, sim), done: false }),
  closing: (answer) => line({ ...chunkOf(answer, ""), ...ending(answer) }),
  streamError: (requestId) => line(refuse("server_error", requestId).body as object),
  body: (answer, sim) => ({ ...chunkOf(answer, answer.tokens.join(""), sim), ...ending(answer) }),
  refuse,
  modelList: (ids) => ({ models: ids.map((id) => ({ name: id, model: id, modified_at: "1970-01-01T00:00:00Z" })) }),
};
