import type { Refusal } from "./faults.ts";
import type { Answer, Stamps, Wire } from "./wire.ts";

const KEY = {
  "@type": "type.googleapis.com/google.rpc.ErrorInfo",
  reason: "API_KEY_INVALID",
  domain: "googleapis.com",
};
const limit = (quotaId: string): object => ({
  "@type": "type.googleapis.com/google.rpc.QuotaFailure",
  violations: [{ quotaId }],
});

/**
 * HTTP status, the API's own status and its words; the details tell what the words do not. A blocked prompt is a refusal
 * here; the real API says it in an answer without candidates.
 */
const REFUSALS: Readonly<Record<Refusal | "unknown_url", readonly [number, string, string, object?]>> = {
  rate_limited: [
    429,
    "RESOURCE_EXHAUSTED",
    "Simulated: you exceeded your current quota",
    limit("GenerateRequestsPerMinutePerProjectPerModel"),
  ],
  overloaded: [503, "UNAVAILABLE", "Simulated: the model is overloaded, please try again later"],
  server_error: [500, "INTERNAL", "Simulated: an internal error has occurred"],
  invalid_request: [400, "INVALID_ARGUMENT", "Simulated: the request is invalid"],
  auth: [400, "INVALID_ARGUMENT", "Simulated: API key not valid", KEY],
  permission: [403, "PERMISSION_DENIED", "Simulated: the caller does not have permission"],
  quota: [
    429,
    "RESOURCE_EXHAUSTED",
    "Simulated: you exceeded your current quota",
    limit("GenerateRequestsPerDayPerProjectPerModel"),
  ],
  not_found: [404, "NOT_FOUND", "Simulated: the model is not found for API version v1beta"],
  context_length: [
    400,
    "INVALID_ARGUMENT",
    "Simulated: the input token count (1048577) exceeds the maximum number of tokens allowed (1048576)",
  ],
  content_filter: [400, "INVALID_ARGUMENT", "Simulated: the prompt was refused by the content policy"],
  unknown_url: [404, "NOT_FOUND", "Not found"],
};

const FINISH_REASONS = { stop: "STOP", length: "MAX_TOKENS" } as const;

/** Google ends its lines with CRLF. */
const event = (data: object): string => `data: ${JSON.stringify(data)}\r\n\r\n`;

function responseOf(answer: Answer, text: string, sent: number, finish: string | null, sim?: Stamps): object {
  return {
    candidates: [
      { content: { parts: [{ text }], role: "model" }, ...(finish === null ? {} : { finishReason: finish }), index: 0 },
    ],
    // Cumulative in every chunk, as the API states it.
    usageMetadata: {
      promptTokenCount: answer.promptTokens,
      candidatesTokenCount: sent,
      totalTokenCount: answer.promptTokens + sent,
    },
    modelVersion: answer.model,
    responseId: `sim-${answer.id}`,
    ...(sim === undefined ? {} : { sim }),
  };
}

const refuse: Wire["refuse"] = (kind, _requestId, about) => {
  const [code, status, message, detail] = REFUSALS[kind];
  const details = detail === undefined ? {} : { details: [detail] };
  return { status: code, body: { error: { code, message: about?.message ?? message, status, ...details } } };
};

/** Google Gemini's `generateContent` and `streamGenerateContent?alt=sse`. */
export const googleWire: Wire = {
  requestIdHeader: "x-request-id",
  maxTokensRequired: false,
  streamType: "text/event-stream",
  names: { messages: "contents", max_tokens: "generationConfig.maxOutputTokens" },
  asChat(body, { model, stream }) {
    const { contents, systemInstruction, generationConfig } = body as Record<string, Record<string, unknown>>;
    return {
      model,
      stream,
      messages: Array.isArray(contents)
        ? contents.map((content: Record<string, unknown> | null) => ({ ...content, content: content?.["parts"] }))
        : contents,
      system: systemInstruction?.["parts"],
      max_tokens: generationConfig?.["maxOutputTokens"],
    };
  },
  opening: () => "",
  token: (answer, text, sim, i) => event(responseOf(answer, text, i + 1, null, sim)),
  closing: (answer) => event(responseOf(answer, "", answer.tokens.length, FINISH_REASONS[answer.finish])),
  streamError: (requestId) => event(refuse("server_error", requestId).body as object),
  body: (answer, sim) =>
    responseOf(answer, answer.tokens.join(""), answer.tokens.length, FINISH_REASONS[answer.finish], sim),
  refuse,
  modelList: (ids) => ({
    models: ids.map((id) => ({
      name: `models/${id}`,
      displayName: id,
      supportedGenerationMethods: ["generateContent"],
    })),
  }),
};
