import type { ModelRequest, RequestParameters, RequestPart } from "../../core/request.ts";
import type { Usage } from "../../core/response.ts";
import { anthropicUsage, laterReport } from "./anthropic-usage.ts";
import { countAt, fieldsAt, isFields, listAt, textAt, type Fields } from "./fields.ts";
import { finishReasonIn, gaveUpBy } from "./finish-reasons.ts";
import { turnsWith } from "./messages.ts";
import { at, withoutRefused, withParameters, type ParameterTable } from "./parameters.ts";
import { readRefusal } from "./refusal.ts";
import { jsonStreamReader, typed, type StreamedAnswer } from "./streamed-answer.ts";
import { holdsArguments, toolCall } from "./tool-calls.ts";
import type { StreamingWireFormat } from "./wire-format.ts";

/** The API demands `max_tokens`; this stands in where nobody set it. */
export const ANTHROPIC_DEFAULT_MAX_TOKENS = 1024;

const PARAMETERS: ParameterTable = {
  system: at("system"),
  temperature: at("temperature"),
  top_p: at("top_p"),
  max_tokens: at("max_tokens"),
  stop: at("stop_sequences"),
  seed: null,
  response_format: (body, format) => {
    if (format !== "json") at("output_config", "format")(body, { type: "json_schema", schema: format.schema });
  },
  tools: (body, tools) =>
    void (body["tools"] = tools.map(({ parameters = { type: "object" }, ...tool }) => ({
      ...tool,
      input_schema: parameters,
    }))),
  tool_choice: (body, choice) =>
    void (body["tool_choice"] =
      typeof choice === "string" ? { type: choice === "required" ? "any" : choice } : { type: "tool", ...choice }),
  reasoning_effort: at("output_config", "effort"),
};

/** Models that answer 400 to a temperature of one's own: https://platform.claude.com/docs/en/models/sonnet-5/migration-guide */
const WITHOUT_SAMPLING = /claude-(opus-(4-[7-9]|[5-9])|sonnet-[5-9])\b/;

function refuses({ model, response_format }: ModelRequest): (keyof RequestParameters)[] {
  return [
    // There is no JSON without a schema.
    ...(response_format === "json" ? (["response_format"] as const) : []),
    ...(WITHOUT_SAMPLING.test(model) ? (["temperature", "top_p"] as const) : []),
  ];
}

const blocksText = (blocks: readonly Fields[], type: string, key: string): string | null => {
  const texts = blocks.filter((block) => block["type"] === type).map((block) => textAt(block, key) ?? "");
  return texts.length > 0 ? texts.join("") : null;
};

const usageIn = (message: Fields): Usage | null => anthropicUsage(fieldsAt(message, "usage"), textAt(message, "model"));

/** A block of a stream may begin with some of its content. */
function startBlock(index: number | null, block: Fields, answer: StreamedAnswer): void {
  answer.began = true;
  answer.text(textAt(block, "text"));
  answer.thought(textAt(block, "thinking"));
  if (block["type"] !== "tool_use") return answer.otherStarts([index]);
  const { input } = block;
  answer.toolStarts([index], {
    id: textAt(block, "id"),
    name: textAt(block, "name"),
    // Empty until the first fragment; servers that copy the API send all of it here.
    arguments: holdsArguments(input) ? input : null,
  });
}

function startStream(onText?: (text: string) => void): ReturnType<StreamingWireFormat["startStream"]> {
  let usage: Fields = {};
  const report = (reported: Fields, answer: StreamedAnswer): void => {
    usage = laterReport(usage, reported);
    answer.used(anthropicUsage(usage, answer.known.model));
  };
  return jsonStreamReader(
    onText,
    (event, answer) => {
      const index = countAt(event, "index");
      switch (event["type"]) {
        case "message_start": {
          const message = fieldsAt(event, "message");
          answer.startOver();
          usage = {};
          answer.began = true;
          answer.known.id = textAt(message, "id");
          answer.known.model = textAt(message, "model");
          answer.noArguments = "{}";
          return report(fieldsAt(message, "usage"), answer);
        }
        case "content_block_start":
          return startBlock(index, fieldsAt(event, "content_block"), answer);
        case "content_block_delta": {
          const delta = fieldsAt(event, "delta");
          answer.text(textAt(delta, "text"));
          answer.thought(textAt(delta, "thinking"));
          if (delta["type"] === "input_json_delta") answer.toolGoesOn([index], delta["partial_json"]);
          return;
        }
        case "message_delta":
          answer.finish(fieldsAt(event, "delta")["stop_reason"]);
          return report(fieldsAt(event, "usage"), answer);
        case "message_stop":
          answer.complete = true;
          answer.ended = true;
          return;
        default:
      }
    },
    typed(/^(message|content_block)_|^ping$/),
  );
}

/** https://docs.anthropic.com/en/docs/build-with-claude/vision */
function partOf(part: RequestPart): Fields {
  if (part.type === "text") return { type: "text", text: part.text };
  if ("url" in part) return { type: "image", source: { type: "url", url: part.url } };
  return { type: "image", source: { type: "base64", media_type: part.media_type, data: part.data } };
}

/** Anthropic messages. */
export const anthropicMessages: StreamingWireFormat = {
  path: () => "/messages",
  headers: (apiKey) => ({
    "anthropic-version": "2023-06-01",
    ...(apiKey === null ? {} : { "x-api-key": apiKey }),
  }),
  parameters: PARAMETERS,
  takes: { turns: true, images: "any" },
  refuses,
  body: (request) =>
    withParameters(
      {
        model: request.model,
        max_tokens: ANTHROPIC_DEFAULT_MAX_TOKENS,
        messages: turnsWith(request, partOf),
        ...(request.stream ? { stream: true } : {}),
      },
      PARAMETERS,
      withoutRefused(request, refuses(request)),
    ),
  readBody(body) {
    if (!isFields(body)) return null;
    if (!Array.isArray(body["content"])) return null;
    const finish = finishReasonIn(body["stop_reason"]);
    const failure = gaveUpBy(finish);
    if (failure !== null) return { failure };
    const blocks = listAt(body, "content");
    const calls = blocks.filter((block) => block["type"] === "tool_use");
    return {
      response: {
        id: textAt(body, "id"),
        model: textAt(body, "model"),
        content: blocksText(blocks, "text", "text"),
        reasoning: blocksText(blocks, "thinking", "thinking"),
        tool_calls:
          calls.length === 0
            ? null
            : calls.map((call) =>
                toolCall(textAt(call, "id"), { name: textAt(call, "name"), arguments: call["input"] }),
              ),
        finish_reason: finish,
        usage: usageIn(body),
        created_at: null,
      },
      systemFingerprint: null,
    };
  },
  readUsage: usageIn,
  startStream,
  readFailure: readRefusal,
};
