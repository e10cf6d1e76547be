import type { Usage } from "../../core/response.ts";
import { tidyMessage } from "./failures.ts";
import { countAt, fieldsAt, isFields, listAt, textAt, type Fields } from "./fields.ts";
import { finishReasonIn, gaveUpBy } from "./finish-reasons.ts";
import { bearer } from "./openai-chat.ts";
import { imageUrlPart, turnsWith } from "./messages.ts";
import { asFirstMessage, at, openaiTools, withParameters, type ParameterTable } from "./parameters.ts";
import { statedErrorIn } from "./stated-error.ts";
import { readRefusal } from "./refusal.ts";
import { jsonStreamReader, typed, type StreamedAnswer } from "./streamed-answer.ts";
import { argumentsText, callsAt, openaiCallPiece, openaiToolCalls } from "./tool-calls.ts";
import { saidUsage } from "./usage.ts";
import type { StreamingWireFormat, WireFailure } from "./wire-format.ts";

const PARAMETERS: ParameterTable = {
  system: asFirstMessage,
  temperature: at("temperature"),
  top_p: at("p"),
  max_tokens: at("max_tokens"),
  stop: at("stop_sequences"),
  seed: at("seed"),
  response_format: (body, format) =>
    void (body["response_format"] = {
      type: "json_object",
      ...(format === "json" ? {} : { json_schema: format.schema }),
    }),
  tools: openaiTools,
  // To be left to decide is what it does unless told, and has no word of its own.
  tool_choice: (body, choice) => {
    if (choice === "required" || choice === "none") body["tool_choice"] = choice.toUpperCase();
  },
  reasoning_effort: null,
};

/**
 * Billed tokens, which leave out what Cohere itself puts around a prompt; the counts of all tokens where it bills none.
 * `cached_tokens` counts all tokens, so it is no part of the billed ones, and how many of those were cached is unknown.
 */
function usageIn(usage: unknown): Usage | null {
  if (!isFields(usage)) return null;
  const [billed, all] = [fieldsAt(usage, "billed_units"), fieldsAt(usage, "tokens")];
  return saidUsage({
    prompt: countAt(billed, "input_tokens") ?? countAt(all, "input_tokens"),
    completion: countAt(billed, "output_tokens") ?? countAt(all, "output_tokens"),
  });
}

/** Why the server gave an answer up, in its words where it has more than the reason. */
function gaveUpIn(fields: Fields): WireFailure | null {
  const failure = gaveUpBy(finishReasonIn(fields["finish_reason"]));
  if (failure === null) return statedErrorIn(fields, false);
  const message = textAt(fields, "error") || textAt(fields, "message");
  return message ? { ...failure, message: tidyMessage(message) } : failure;
}

const partsText = (parts: readonly Fields[], type: string): string | null => {
  const texts = parts.filter((part) => part["type"] === type).map((part) => textAt(part, type) ?? "");
  return texts.length > 0 ? texts.join("") : null;
};

/** A message of an event has one call; an array of one is what a plain answer would hold. */
const callIn = (message: Fields): Fields => callsAt(message)[0] ?? {};

function readEvent(event: Fields, answer: StreamedAnswer): void {
  const delta = fieldsAt(event, "delta");
  const message = fieldsAt(delta, "message");
  const content = fieldsAt(message, "content");
  switch (event["type"]) {
    case "message-start":
      answer.startOver();
      answer.began = true;
      answer.known.id = textAt(event, "id");
      return;
    case "content-start":
    case "content-delta":
      answer.thought(textAt(content, "thinking"));
      return answer.text(textAt(content, "text"));
    case "tool-plan-delta":
      return answer.thought(textAt(message, "tool_plan"));
    case "tool-call-start":
      return answer.toolStarts([countAt(event, "index")], openaiCallPiece(callIn(message)) ?? {});
    case "tool-call-delta": {
      const { arguments: value } = openaiCallPiece(callIn(message)) ?? {};
      return answer.toolGoesOn([countAt(event, "index")], argumentsText(value));
    }
    case "message-end": {
      answer.used(usageIn(delta["usage"]));
      const failure = gaveUpIn(delta);
      if (failure !== null) answer.fail(failure);
      answer.finish(delta["finish_reason"]);
      answer.complete = true;
      answer.ended = true;
      return;
    }
    default:
  }
}

/** https://docs.cohere.com/reference/errors */
const OWN_STATUSES = { 498: "content_filter" } as const;

/** Cohere's chat API, version 2. */
export const cohereChat: StreamingWireFormat = {
  path: () => "/chat",
  headers: bearer,
  parameters: PARAMETERS,
  refuses: ({ tool_choice }) => (typeof tool_choice === "object" ? ["tool_choice"] : []),
  takes: { turns: true, images: "any" },
  body: (request) =>
    withParameters(
      { model: request.model, messages: turnsWith(request, imageUrlPart), stream: request.stream },
      PARAMETERS,
      request,
    ),
  readBody(body) {
    if (!isFields(body) || !isFields(body["message"])) return null;
    const message = body["message"];
    const failure = gaveUpIn(body);
    if (failure !== null) return { failure };
    const parts = listAt(message, "content");
    return {
      response: {
        id: textAt(body, "id"),
        model: null,
        content: partsText(parts, "text"),
        reasoning: partsText(parts, "thinking") ?? textAt(message, "tool_plan"),
        tool_calls: openaiToolCalls(message),
        finish_reason: finishReasonIn(body["finish_reason"]),
        usage: usageIn(body["usage"]),
        created_at: null,
      },
      systemFingerprint: null,
    };
  },
  readUsage: (body) => usageIn(body["usage"]),
  startStream: (onText) =>
    jsonStreamReader(onText, readEvent, typed(/^(message|content|tool-plan|tool-call|citation)-/)),
  readFailure: (status, body, text) => readRefusal(status, body, text, OWN_STATUSES),
};
