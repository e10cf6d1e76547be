import type { Quirks } from "../../core/quirks.ts";
import { countAt, dateAt, fieldsAt, isFields, textAt, wordAt, type Fields } from "./fields.ts";
import { finishReasonIn } from "./finish-reasons.ts";
import { imageUrlPart, turnsWith } from "./messages.ts";
import { choiceFailureIn } from "./openai-errors.ts";
import { openaiUsageIn } from "./openai-usage.ts";
import {
  asFirstMessage,
  at,
  openaiFormat,
  openaiToolChoice,
  openaiTools,
  withParameters,
  type ParameterTable,
} from "./parameters.ts";
import { jsonStreamReader, type StreamedAnswer } from "./streamed-answer.ts";
import { callsAt, legacyCallPiece, openaiCallPiece, openaiToolCalls } from "./tool-calls.ts";
import { readRefusal } from "./refusal.ts";
import type { StreamingWireFormat, WireAnswer } from "./wire-format.ts";

/** Bearer tokens, as most APIs take their keys. */
export const bearer = (apiKey: string | null): Record<string, string> =>
  apiKey === null ? {} : { authorization: `Bearer ${apiKey}` };

/** The first of the answers that a request for several brings; chunks of the others come between its own. */
export function firstChoice(body: Fields): Fields | undefined {
  const choices = body["choices"];
  if (!Array.isArray(choices)) return undefined;
  for (const choice of choices as unknown[]) {
    if (isFields(choice) && (choice["index"] === undefined || choice["index"] === 0)) return choice;
  }
  return undefined;
}

/** The texts of the parts of a type; null where the content is not in parts, or has none of it. */
function partsText(content: unknown, type: string, textOf: (part: Fields) => string | null): string | null {
  if (!Array.isArray(content)) return null;
  const parts = (content as unknown[]).filter((part) => isFields(part)).filter((part) => part["type"] === type);
  return parts.length === 0 ? null : parts.map((part) => textOf(part) ?? "").join("");
}

const textOfPart = (part: Fields): string | null => textAt(part, "text");

/** Mistral's reasoning models put text and thoughts into parts of the content, and text of a thought into parts again. */
const contentIn = (message: Fields): string | null =>
  textAt(message, "content") ?? partsText(message["content"], "text", textOfPart);

const reasoningIn = (message: Fields): string | null =>
  textAt(message, "reasoning_content") ||
  textAt(message, "reasoning") ||
  detailsText(message["reasoning_details"]) ||
  partsText(message["content"], "thinking", (part) => partsText(part["thinking"], "text", textOfPart));

/** MiniMax states reasoning here only, OpenRouter beside `reasoning`: texts, summaries, and what is encrypted. */
function detailsText(details: unknown): string | null {
  if (!Array.isArray(details)) return null;
  const parts = (details as unknown[]).filter((part) => isFields(part));
  return parts.map((part) => textAt(part, "text") ?? textAt(part, "summary") ?? "").join("");
}

function readBody(body: unknown): WireAnswer | null {
  if (!isFields(body)) return null;
  const choice = firstChoice(body);
  if (choice === undefined) return null;
  const failure = choiceFailureIn(choice);
  if (failure !== null) return { failure };
  // Azure leaves the message of an answer out that its filter held back.
  if (!isFields(choice["message"]) && choice["finish_reason"] !== "content_filter") return null;
  const message = fieldsAt(choice, "message");
  return {
    response: {
      id: wordAt(body, "id"),
      model: wordAt(body, "model"),
      content: contentIn(message) ?? textAt(message, "refusal"),
      reasoning: reasoningIn(message),
      tool_calls: openaiToolCalls(message),
      finish_reason: finishReasonIn(choice["finish_reason"]),
      usage: openaiUsageIn(body),
      created_at: dateAt(body, "created"),
    },
    systemFingerprint: textAt(body, "system_fingerprint"),
  };
}

/** What makes an event a chunk of a completion. */
export const holdsChoices = (event: Fields): boolean => Array.isArray(event["choices"]);

/** What any chunk of a completion may say beside its choices; the choice, where it has one. */
export function readChunk(chunk: Fields, answer: StreamedAnswer): Fields | null {
  const { known } = answer;
  answer.used(openaiUsageIn(chunk));
  const choice = firstChoice(chunk);
  // Azure's first chunk is about the prompt, with empty texts and the date 0.
  known.id ??= wordAt(chunk, "id");
  known.model ??= wordAt(chunk, "model");
  known.created_at ??= dateAt(chunk, "created");
  answer.systemFingerprint = textAt(chunk, "system_fingerprint") ?? answer.systemFingerprint;
  if (choice === undefined) return null;
  answer.began = true;
  const failure = choiceFailureIn(choice);
  if (failure !== null) answer.fail(failure);
  answer.finish(choice["finish_reason"]);
  // Many compatible servers close without `[DONE]`; an answer whose finish reason came is whole all the same.
  if (known.finish_reason !== null) answer.complete = true;
  return choice;
}

function readChatChunk(chunk: Fields, answer: StreamedAnswer): void {
  const choice = readChunk(chunk, answer);
  if (choice === null) return;
  // Servers that only seem to stream send all of it in one event, as a plain answer would hold it.
  const whole = !isFields(choice["delta"]) && !answer.hasText;
  const delta = fieldsAt(choice, whole ? "message" : "delta");
  answer.thought(reasoningIn(delta));
  answer.text(contentIn(delta) || textAt(delta, "refusal"));
  readToolCalls(delta, answer);
}

function readToolCalls(delta: Fields, answer: StreamedAnswer): void {
  const fragments = callsAt(delta);
  let place = 0;
  for (const fragment of fragments) {
    const piece = openaiCallPiece(fragment);
    // Without an index, several in one chunk are told apart by their places in it.
    const index = countAt(fragment, "index") ?? (fragments.length > 1 ? place : null);
    if (piece !== null) answer.tool(index, piece);
    place += 1;
  }
  const legacy = legacyCallPiece(delta);
  if (legacy !== null) answer.tool("function_call", legacy);
}

/** What asks a stream for its usage, and how a server words that it does not know of it. */
export const USAGE_QUESTION = { field: "stream_options", named: /stream_options|include_usage/ } as const;

/** OpenAI chat completions, as OpenAI and the many servers compatible with it speak it. */
export function openaiChat(quirks: Quirks = {}): StreamingWireFormat {
  const { maxTokensField = "max_tokens", seedField = "seed", keyHeader, usageUnasked, reasoningModels } = quirks;
  const parameters: ParameterTable = {
    system: asFirstMessage,
    temperature: at("temperature"),
    top_p: at("top_p"),
    max_tokens: at(maxTokensField),
    stop: at("stop"),
    seed: at(seedField),
    response_format: openaiFormat,
    tools: openaiTools,
    tool_choice: openaiToolChoice,
    reasoning_effort: at("reasoning_effort"),
  };
  const developer: ParameterTable = { ...parameters, system: (body, text) => asFirstMessage(body, text, "developer") };
  const tableFor = (model: string): ParameterTable => (reasoningModels?.pattern.test(model) ? developer : parameters);
  const usage = usageUnasked ? {} : { stream_options: { include_usage: true } };
  return {
    path: () => "/chat/completions",
    headers: keyHeader === undefined ? bearer : (apiKey) => (apiKey === null ? {} : { [keyHeader]: apiKey }),
    parameters,
    takes: { turns: true, images: "any" },
    body: (request) =>
      withParameters(
        {
          model: request.model,
          messages: turnsWith(request, imageUrlPart),
          ...(request.stream ? { stream: true, ...usage } : {}),
          ...(request.ignore_eos === true ? { ignore_eos: true } : {}),
        },
        tableFor(request.model),
        request,
      ),
    dispensable: USAGE_QUESTION,
    renamable: ["max_tokens", "max_completion_tokens"],
    readBody,
    readUsage: openaiUsageIn,
    startStream: (onText) => jsonStreamReader(onText, readChatChunk, { doneCompletes: true, owns: holdsChoices }),
    readFailure: readRefusal,
  };
}
