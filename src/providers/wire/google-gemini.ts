import type { RequestMessage, RequestPart } from "../../core/request.ts";
import type { ModelResponse } from "../../core/response.ts";
import { fieldsAt, isFields, listAt, textAt, type Fields } from "./fields.ts";
import { finishReasonIn } from "./finish-reasons.ts";
import { GeminiCalls } from "./gemini-calls.ts";
import { geminiUsage } from "./gemini-usage.ts";
import { turnsOf } from "./messages.ts";
import { at, withParameters, type ParameterTable } from "./parameters.ts";
import { readRefusal } from "./refusal.ts";
import { jsonStreamReader, StreamedAnswer } from "./streamed-answer.ts";
import type { StreamingWireFormat, WireFailure } from "./wire-format.ts";

const PARAMETERS: ParameterTable = {
  system: (body, text) => void (body["systemInstruction"] = { parts: [{ text }] }),
  temperature: at("generationConfig", "temperature"),
  top_p: at("generationConfig", "topP"),
  max_tokens: at("generationConfig", "maxOutputTokens"),
  stop: at("generationConfig", "stopSequences"),
  seed: at("generationConfig", "seed"),
  response_format: (body, format) => {
    at("generationConfig", "responseMimeType")(body, "application/json");
    if (format !== "json") at("generationConfig", "responseJsonSchema")(body, format.schema);
  },
  tools: (body, tools) =>
    void (body["tools"] = [
      {
        functionDeclarations: tools.map(({ parameters, ...tool }) =>
          parameters === undefined ? tool : { ...tool, parametersJsonSchema: parameters },
        ),
      },
    ]),
  tool_choice: (body, choice) =>
    void (body["toolConfig"] = {
      functionCallingConfig:
        typeof choice === "string"
          ? { mode: choice === "required" ? "ANY" : choice.toUpperCase() }
          : { mode: "ANY", allowedFunctionNames: [choice.name] },
    }),
  reasoning_effort: (body, effort) => at("generationConfig", "thinkingConfig")(body, { thinkingLevel: effort }),
};

/** https://ai.google.dev/gemini-api/docs/image-understanding; addresses are for files that Google stores. */
function partOf(part: RequestPart): Fields {
  if (part.type === "text") return { text: part.text };
  if ("url" in part) return { fileData: { fileUri: part.url } };
  return { inlineData: { mimeType: part.media_type, data: part.data } };
}

const contentOf = ({ role, content }: RequestMessage): Fields => ({
  role: role === "assistant" ? "model" : role,
  parts: typeof content === "string" ? [{ text: content }] : content.map(partOf),
});

const UNFINISHED: WireFailure = { code: "stream_cut", message: "the answer has neither content nor a finish reason" };

const holdsOutput = ({ content, reasoning, tool_calls }: ModelResponse): boolean =>
  content !== null || reasoning !== null || tool_calls !== null;

/** Plain answers and the chunks of a stream have one shape. */
function readChunk(response: Fields, answer: StreamedAnswer, calls: GeminiCalls): void {
  const { known } = answer;
  known.id ??= textAt(response, "responseId");
  known.model ??= textAt(response, "modelVersion");
  answer.used(geminiUsage(response));
  answer.noArguments = "{}";
  const blocked = finishReasonIn(fieldsAt(response, "promptFeedback")["blockReason"]);
  if (blocked !== null) answer.fail({ code: "content_filter", message: `the prompt was blocked: ${blocked}` });
  const candidate = listAt(response, "candidates").find(({ index }) => index === undefined || index === 0);
  if (candidate === undefined) return;
  answer.began = true;
  for (const part of listAt(fieldsAt(candidate, "content"), "parts")) {
    if (part["thought"] === true) answer.thought(textAt(part, "text"));
    else answer.text(textAt(part, "text"));
    if (isFields(part["functionCall"])) calls.read(part["functionCall"], answer);
  }
  answer.finish(candidate["finishReason"]);
  // There is no end marker; the last chunk has the reason.
  if (known.finish_reason !== null) answer.complete = true;
}

/** Google Gemini's `generateContent`. */
export const googleGemini: StreamingWireFormat = {
  path({ model, stream }) {
    const name = model.includes("/") ? model : `models/${model}`;
    const method = stream ? "streamGenerateContent?alt=sse" : "generateContent";
    return `/${name.split("/").map(encodeURIComponent).join("/")}:${method}`;
  },
  headers: (apiKey) => (apiKey === null ? {} : { "x-goog-api-key": apiKey }),
  parameters: PARAMETERS,
  takes: { turns: true, images: "data" },
  body: (request) => withParameters({ contents: turnsOf(request).map(contentOf) }, PARAMETERS, request),
  readBody(body) {
    if (!isFields(body)) return null;
    const answer = new StreamedAnswer();
    readChunk(body, answer, new GeminiCalls());
    const response = answer.response();
    if (answer.failure !== null) return { failure: answer.failure };
    if (!answer.began) return null;
    // As a stream that ends so; one with text is taken, since there are servers that leave the reason out.
    if (!answer.complete && !holdsOutput(response)) return { failure: UNFINISHED };
    return { response, systemFingerprint: null };
  },
  readUsage: geminiUsage,
  startStream(onText) {
    const calls = new GeminiCalls();
    return jsonStreamReader(onText, (response, answer) => readChunk(response, answer, calls), {
      owns: (event) => Array.isArray(event["candidates"]) || isFields(event["promptFeedback"]),
    });
  },
  readFailure: readRefusal,
};
