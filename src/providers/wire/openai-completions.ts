import { dateAt, isFields, textAt, wordAt } from "./fields.ts";
import { finishReasonIn } from "./finish-reasons.ts";
import { bearer, firstChoice, holdsChoices, readChunk, USAGE_QUESTION } from "./openai-chat.ts";
import { choiceFailureIn } from "./openai-errors.ts";
import { openaiUsageIn } from "./openai-usage.ts";
import { at, withParameters, type ParameterTable } from "./parameters.ts";
import { jsonStreamReader } from "./streamed-answer.ts";
import { readRefusal } from "./refusal.ts";
import type { StreamingWireFormat } from "./wire-format.ts";

const PARAMETERS: ParameterTable = {
  system: null,
  temperature: at("temperature"),
  top_p: at("top_p"),
  max_tokens: at("max_tokens"),
  stop: at("stop"),
  seed: at("seed"),
  response_format: null,
  tools: null,
  tool_choice: null,
  reasoning_effort: null,
};

/** OpenAI's older text completions: a prompt in, its continuation out. For base models on servers of one's own. */
export const openaiCompletions: StreamingWireFormat = {
  path: () => "/completions",
  headers: bearer,
  parameters: PARAMETERS,
  takes: { turns: false, images: "none" },
  body: (request) =>
    withParameters(
      {
        model: request.model,
        prompt: request.prompt,
        ...(request.stream ? { stream: true, stream_options: { include_usage: true } } : {}),
        ...(request.ignore_eos === true ? { ignore_eos: true } : {}),
      },
      PARAMETERS,
      request,
    ),
  dispensable: USAGE_QUESTION,
  readBody(body) {
    if (!isFields(body)) return null;
    const choice = firstChoice(body);
    if (choice === undefined) return null;
    const failure = choiceFailureIn(choice);
    if (failure !== null) return { failure };
    const text = textAt(choice, "text");
    if (text === null && choice["finish_reason"] !== "content_filter") return null;
    return {
      response: {
        id: wordAt(body, "id"),
        model: wordAt(body, "model"),
        content: text,
        reasoning: null,
        tool_calls: null,
        finish_reason: finishReasonIn(choice["finish_reason"]),
        usage: openaiUsageIn(body),
        created_at: dateAt(body, "created"),
      },
      systemFingerprint: textAt(body, "system_fingerprint"),
    };
  },
  readUsage: openaiUsageIn,
  startStream: (onText) =>
    jsonStreamReader(
      onText,
      (chunk, answer) => {
        const choice = readChunk(chunk, answer);
        if (choice !== null) answer.text(textAt(choice, "text"));
      },
      { doneCompletes: true, owns: holdsChoices },
    ),
  readFailure: readRefusal,
};
