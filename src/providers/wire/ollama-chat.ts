import { wallTimeOf } from "../../core/clock.ts";
import type { RequestMessage } from "../../core/request.ts";
import type { ServerTiming, Usage } from "../../core/response.ts";
import { countAt, fieldsAt, isFields, numberAt, textAt, type Fields } from "./fields.ts";
import { bearer } from "./openai-chat.ts";
import { turnsOf } from "./messages.ts";
import { asFirstMessage, at, openaiTools, withParameters, type ParameterTable } from "./parameters.ts";
import { readRefusal } from "./refusal.ts";
import { jsonStreamReader, StreamedAnswer } from "./streamed-answer.ts";
import { callsAt } from "./tool-calls.ts";
import { saidUsage } from "./usage.ts";
import type { StreamingWireFormat } from "./wire-format.ts";

const PARAMETERS: ParameterTable = {
  system: asFirstMessage,
  temperature: at("options", "temperature"),
  top_p: at("options", "top_p"),
  max_tokens: at("options", "num_predict"),
  stop: at("options", "stop"),
  seed: at("options", "seed"),
  response_format: (body, format) => void (body["format"] = format === "json" ? "json" : format.schema),
  tools: openaiTools,
  tool_choice: null,
  reasoning_effort: at("think"),
};

/** https://docs.ollama.com/api/chat: images stand beside the text, in base64. */
function messageOf({ role, content }: RequestMessage): Fields {
  if (typeof content === "string") return { role, content };
  const texts = content.flatMap((part) => (part.type === "text" ? [part.text] : []));
  const images = content.flatMap((part) => (part.type === "image" && "data" in part ? [part.data] : []));
  return { role, content: texts.join("\n"), ...(images.length === 0 ? {} : { images }) };
}

/** Older versions leave the prompt's count out when it was cached. */
function usageIn(chunk: Fields): Usage | null {
  return saidUsage({ prompt: countAt(chunk, "prompt_eval_count"), completion: countAt(chunk, "eval_count") });
}

/** Ollama states its own times in nanoseconds. */
function timingIn(chunk: Fields): ServerTiming | null {
  const millisAt = (key: string): number | null => {
    const nanoseconds = numberAt(chunk, key);
    return nanoseconds === null ? null : nanoseconds / 1e6;
  };
  const timing = {
    load_ms: millisAt("load_duration"),
    prompt_ms: millisAt("prompt_eval_duration"),
    output_ms: millisAt("eval_duration"),
    total_ms: millisAt("total_duration"),
  };
  return Object.values(timing).every((value) => value === null) ? null : timing;
}

/** A plain answer is one last chunk with everything in it. */
function readChunk(chunk: Fields, answer: StreamedAnswer): void {
  const { known } = answer;
  known.model ??= textAt(chunk, "model");
  known.created_at ??= wallTimeOf(textAt(chunk, "created_at"));
  if (isFields(chunk["message"])) answer.began = true;
  const message = fieldsAt(chunk, "message");
  answer.thought(textAt(message, "thinking"));
  answer.text(textAt(message, "content"));
  for (const call of callsAt(message)) {
    const named = fieldsAt(call, "function");
    // Each comes whole, some without an id.
    answer.toolStarts([], {
      id: textAt(call, "id"),
      name: textAt(named, "name"),
      arguments: named["arguments"] ?? {},
    });
  }
  if (chunk["done"] !== true) return;
  answer.finish(chunk["done_reason"]);
  answer.used(usageIn(chunk));
  const timing = timingIn(chunk);
  if (timing !== null) known.server_timing = timing;
  answer.complete = true;
  answer.ended = true;
}

/** Ollama's own chat API. Its streams are a JSON object a line. */
export const ollamaChat: StreamingWireFormat = {
  path: () => "/chat",
  headers: bearer,
  parameters: PARAMETERS,
  takes: { turns: true, images: "data" },
  // It streams unless it is told not to.
  body: (request) => {
    const { model, stream } = request;
    return withParameters({ model, messages: turnsOf(request).map(messageOf), stream }, PARAMETERS, request);
  },
  readBody(body) {
    if (!isFields(body) || !isFields(body["message"])) return null;
    const answer = new StreamedAnswer();
    readChunk(body, answer);
    const response = answer.response();
    if (answer.failure !== null) return { failure: answer.failure };
    return { response, systemFingerprint: null };
  },
  readUsage: usageIn,
  startStream: (onText) => jsonStreamReader(onText, readChunk, { owns: (event) => isFields(event["message"]) }),
  readFailure: readRefusal,
};
