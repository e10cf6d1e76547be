import type { Usage } from "../../core/response.ts";
import { countAt, fieldsAt, isFields, listAt, textAt, type Fields } from "./fields.ts";
import { bearer } from "./openai-chat.ts";
import { statedCostIn } from "./openai-usage.ts";
import { withParameters, type ParameterTable } from "./parameters.ts";
import { usageOf } from "./usage.ts";
import { readRefusal } from "./refusal.ts";
import type { WireFormat } from "./wire-format.ts";

const PARAMETERS: ParameterTable = {
  system: null,
  temperature: null,
  top_p: null,
  max_tokens: null,
  stop: null,
  seed: null,
  response_format: null,
  tools: null,
  tool_choice: null,
  reasoning_effort: null,
};

function usageIn(body: Fields): Usage | null {
  const usage = fieldsAt(body, "usage");
  // Some servers that copy the API state only the total.
  const total = countAt(usage, "total_tokens");
  const prompt = countAt(usage, "prompt_tokens") ?? total;
  if (prompt === null) return null;
  return {
    ...usageOf({ prompt, completion: null, statedCostUsd: statedCostIn(usage) }),
    // A total below the prompt contradicts it, and is kept as it is stated.
    total_tokens: total !== null && total > 0 && total < prompt ? total : prompt,
  };
}

/**
 * OpenAI embeddings. There is no text to keep, so `content` is null; the vector is in the raw body. No completion tokens
 * exist, so theirs are null and the prompt's are the total.
 */
export const openaiEmbeddings: WireFormat = {
  path: () => "/embeddings",
  headers: bearer,
  parameters: PARAMETERS,
  takes: { turns: false, images: "none" },
  body: (request) => withParameters({ model: request.model, input: request.prompt }, PARAMETERS, request),
  readBody(body) {
    if (!isFields(body)) return null;
    const vector = listAt(body, "data")[0]?.["embedding"];
    // With `encoding_format: base64` the vector is a text.
    if (!Array.isArray(vector) && typeof vector !== "string") return null;
    return {
      response: {
        id: textAt(body, "id"),
        model: textAt(body, "model"),
        content: null,
        reasoning: null,
        tool_calls: null,
        finish_reason: null,
        usage: usageIn(body),
        created_at: null,
      },
      systemFingerprint: null,
    };
  },
  readUsage: usageIn,
  startStream: null,
  readFailure: readRefusal,
};
