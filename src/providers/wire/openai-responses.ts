import type { RequestPart } from "../../core/request.ts";
import type { ModelResponse, Usage } from "../../core/response.ts";
import { countAt, dateAt, fieldsAt, isFields, listAt, textAt, type Fields } from "./fields.ts";
import { finishReasonIn, gaveUpBy } from "./finish-reasons.ts";
import { imageUrl, turnsWith } from "./messages.ts";
import { bearer } from "./openai-chat.ts";
import { modalitiesIn, statedCostIn } from "./openai-usage.ts";
import { at, namedSchema, withParameters, type ParameterTable } from "./parameters.ts";
import { callsIn, finishCalls, readCallEvent, searchesIn } from "./responses-calls.ts";
import { statedErrorIn } from "./stated-error.ts";
import { jsonStreamReader, typed, type StreamedAnswer } from "./streamed-answer.ts";
import { saidUsage } from "./usage.ts";
import { readRefusal } from "./refusal.ts";
import type { StreamingWireFormat, WireFailure } from "./wire-format.ts";

const PARAMETERS: ParameterTable = {
  system: at("instructions"),
  temperature: at("temperature"),
  top_p: at("top_p"),
  max_tokens: at("max_output_tokens"),
  stop: null,
  seed: null,
  response_format: (body, format) =>
    void (body["text"] = {
      format: format === "json" ? { type: "json_object" } : { type: "json_schema", ...namedSchema(format) },
    }),
  tools: (body, tools) => void (body["tools"] = tools.map((tool) => ({ type: "function", ...tool }))),
  tool_choice: (body, choice) =>
    void (body["tool_choice"] = typeof choice === "string" ? choice : { type: "function", ...choice }),
  reasoning_effort: at("reasoning", "effort"),
};

/** https://platform.openai.com/docs/api-reference/responses/create */
function partOf(part: RequestPart): Fields {
  if (part.type === "text") return { type: "input_text", text: part.text };
  return { type: "input_image", image_url: imageUrl(part) };
}

function usageIn(response: Fields): Usage | null {
  const usage = response["usage"];
  if (!isFields(usage)) return null;
  const [input, output] = [fieldsAt(usage, "input_tokens_details"), fieldsAt(usage, "output_tokens_details")];
  return saidUsage({
    prompt: countAt(usage, "input_tokens"),
    completion: countAt(usage, "output_tokens"),
    total: countAt(usage, "total_tokens"),
    reasoning: countAt(output, "reasoning_tokens"),
    cached: countAt(input, "cached_tokens"),
    cacheWrite: countAt(input, "cache_write_tokens"),
    modalities: modalitiesIn(input, output),
    webSearches: searchesIn(response),
    statedCostUsd: statedCostIn(usage),
  });
}

/** The texts of the parts of all items of a type, joined; null when there is none. */
function textsOf(
  items: readonly Fields[],
  type: string,
  parts: readonly string[],
  keys: readonly string[],
): string | null {
  const texts = items
    .filter((item) => item["type"] === type)
    .flatMap((item) => parts.flatMap((name) => listAt(item, name)))
    .flatMap((part) => keys.map((key) => textAt(part, key) ?? ""));
  return texts.length === 0 ? null : texts.join("");
}

function answerIn(response: Fields): ModelResponse {
  const items = listAt(response, "output");
  return {
    id: textAt(response, "id"),
    model: textAt(response, "model"),
    content: textsOf(items, "message", ["content"], ["text", "refusal"]),
    reasoning: textsOf(items, "reasoning", ["summary", "content"], ["text"]),
    tool_calls: callsIn(items),
    finish_reason: finishOf(response),
    usage: usageIn(response),
    created_at: dateAt(response, "created_at"),
  };
}

/** Whether a response that ended has an answer: an item of output, or the reason why it has none. */
const holdsAnswer = (response: Fields): boolean =>
  listAt(response, "output").length > 0 ||
  (Array.isArray(response["output"]) && isFields(response["incomplete_details"]));

/** Why an answer is not whole, else its status. */
const finishOf = (response: Fields): string | null =>
  finishReasonIn(fieldsAt(response, "incomplete_details")["reason"]) ?? finishReasonIn(response["status"]);

/** Why a response that ended is none that can be used: the server gave it up, and may say why. */
const failureIn = (response: Fields): WireFailure | null =>
  statedErrorIn(response, false) ?? gaveUpBy(finishOf(response));

const failed = (response: Fields): WireFailure =>
  failureIn(response) ?? { code: "stream_error", message: "the response failed without a reason" };

/** `response` as the last event of a stream states it: what no delta brought is taken from it. */
function finish(response: Fields, answer: StreamedAnswer): void {
  const { content, id, model, created_at } = answerIn(response);
  answer.used(usageIn(response));
  const failure = failureIn(response);
  if (failure !== null) answer.fail(failure);
  answer.known.id = id ?? answer.known.id;
  answer.known.model = model ?? answer.known.model;
  answer.known.created_at = created_at ?? answer.known.created_at;
  answer.finish(finishOf(response));
  if (holdsAnswer(response)) answer.began = true;
  if (!answer.hasText) answer.text(content);
  finishCalls(response, answer);
  answer.complete = true;
  answer.ended = true;
}

function readEvent(event: Fields, answer: StreamedAnswer): void {
  const delta = textAt(event, "delta");
  if (readCallEvent(event, answer)) return;
  switch (event["type"]) {
    case "response.created": {
      const response = fieldsAt(event, "response");
      answer.startOver();
      answer.announced = true;
      answer.known.id = textAt(response, "id");
      answer.known.model = textAt(response, "model");
      answer.known.created_at = dateAt(response, "created_at");
      return;
    }
    case "response.output_text.delta":
    case "response.refusal.delta":
      return answer.text(delta);
    case "response.reasoning_text.delta":
    case "response.reasoning_summary_text.delta":
      return answer.thought(delta);
    case "response.completed":
    case "response.incomplete":
      return finish(fieldsAt(event, "response"), answer);
    case "response.failed":
    case "response.cancelled":
      answer.used(usageIn(fieldsAt(event, "response")));
      return answer.fail(failed(fieldsAt(event, "response")));
    default:
  }
}

/** OpenAI's Responses API. */
export const openaiResponses: StreamingWireFormat = {
  path: () => "/responses",
  headers: bearer,
  parameters: PARAMETERS,
  takes: { turns: true, images: "any" },
  body: (request) =>
    withParameters(
      {
        model: request.model,
        input: request.messages === undefined ? request.prompt : turnsWith(request, partOf),
        ...(request.stream ? { stream: true } : {}),
      },
      PARAMETERS,
      request,
    ),
  readBody(body) {
    if (!isFields(body)) return null;
    const failure = gaveUpBy(finishOf(body));
    if (failure !== null) return { failure };
    return holdsAnswer(body) ? { response: answerIn(body), systemFingerprint: null } : null;
  },
  readUsage: usageIn,
  startStream: (onText) => jsonStreamReader(onText, readEvent, typed(/^response\./)),
  readFailure: readRefusal,
};
