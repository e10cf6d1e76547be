import { describe, expect, it } from "vitest";
import { failure, type FailureCode } from "../../src/core/failure.ts";
import { opensCircuit } from "../../src/runner/circuit.ts";
import { decideRetry } from "../../src/runner/retry.ts";
import { attemptOver } from "../support/wire-attempt.ts";
import { WIRES } from "../support/wires.ts";

/** A refusal as a server sends it, and where it is quoted from. */
interface Golden {
  readonly from: string;
  readonly source: string;
  readonly status: number;
  readonly body: unknown;
  readonly code: FailureCode;
  /** Part of the message that is shown; of the message in the body unless said. */
  readonly message?: string;
  readonly retryAfterMs?: number;
}

const openrouter = (status: number, message: string, metadata?: object): Pick<Golden, "status" | "body"> => ({
  status,
  body: { error: { message, code: status, ...(metadata === undefined ? {} : { metadata }) }, user_id: "user_1" },
});
const xai = (status: number, code: string, error: string): Pick<Golden, "status" | "body"> => ({
  status,
  body: { code, error },
});
const anthropic = (status: number, type: string, message: string): Pick<Golden, "status" | "body"> => ({
  status,
  body: { type: "error", error: { type, message }, request_id: "req_1" },
});
const openai = (status: number, message: string, code: string | null, type = "invalid_request_error") => ({
  status,
  body: { error: { message, type, param: null, code } },
});
const google = (status: number, name: string, message: string, details?: object[]) => ({
  error: { code: status, message, status: name, ...(details === undefined ? {} : { details }) },
});
const badKey = google(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", [
  {
    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
    reason: "API_KEY_INVALID",
    domain: "googleapis.com",
    metadata: { service: "generativelanguage.googleapis.com" },
  },
]);
const exhausted = (quotaId: string, retryDelay: string): object =>
  google(
    429,
    "RESOURCE_EXHAUSTED",
    "You exceeded your current quota, please check your plan and billing details. Please retry in 34.07s.",
    [
      { "@type": "type.googleapis.com/google.rpc.QuotaFailure", violations: [{ quotaId, quotaValue: "10" }] },
      { "@type": "type.googleapis.com/google.rpc.Help", links: [] },
      { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay },
    ],
  );

const OPENROUTER = "openrouter.ai/docs/api/reference/errors-and-debugging";
const AI_STUDIO = "ai.google.dev/gemini-api/docs/troubleshooting";

const REFUSALS: readonly Golden[] = [
  {
    from: "OpenRouter's moderation",
    source: OPENROUTER,
    ...openrouter(
      403,
      'anthropic/claude-3.7-sonnet requires moderation on OpenRouter. Your input was flagged for "violence". No credits were charged.',
      { reasons: ["violence"], flagged_input: "how do I…", provider_name: "Anthropic", model_slug: "a/b" },
    ),
    code: "content_filter",
  },
  {
    from: "OpenRouter's moderation without its metadata",
    source: OPENROUTER,
    ...openrouter(403, "openai/gpt-4o requires moderation on OpenAI. Your input was flagged. No credits were charged."),
    code: "content_filter",
  },
  {
    from: "an account that OpenRouter has flagged",
    source: OPENROUTER,
    ...openrouter(403, "Your account has been flagged. Contact support."),
    code: "permission",
  },
  {
    from: "OpenRouter's stable name of a policy",
    source: OPENROUTER,
    ...openrouter(403, "Forbidden", { error_type: "content_policy_violation" }),
    code: "content_filter",
  },
  {
    from: "a key's limit at OpenRouter",
    source: "github.com/RooCodeInc/Roo-Code/issues/515",
    ...openrouter(403, "Key limit exceeded. Manage it using https://openrouter.ai/keys"),
    code: "quota",
  },
  {
    from: "a key's total limit at OpenRouter",
    source: "github.com/MCPJam/inspector/issues/1287",
    ...openrouter(403, "Key limit exceeded (total limit). Manage it using https://openrouter.ai/settings/keys", {
      error_type: "permission_denied",
    }),
    code: "quota",
  },
  {
    from: "OpenRouter without credits",
    source: OPENROUTER,
    ...openrouter(402, "This request requires more credits, or fewer max_tokens."),
    code: "quota",
  },
  {
    from: "a key that may not use a model at OpenRouter",
    source: OPENROUTER,
    ...openrouter(403, "This key may not use this model", { error_type: "permission_denied" }),
    code: "permission",
  },
  {
    from: "the server behind OpenRouter",
    source: OPENROUTER,
    ...openrouter(400, "Provider returned error", {
      raw: '{"error":{"message":"at most 1 image"}}',
      provider_name: "X",
    }),
    code: "invalid_request",
    message: "at most 1 image",
  },
  {
    from: "a prompt too long for the server behind OpenRouter, whatever its status",
    source: OPENROUTER,
    ...openrouter(400, "Provider returned error", {
      raw: '{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 210000 tokens > 200000 maximum"}}',
    }),
    code: "context_length",
    message: "prompt is too long: 210000",
  },
  {
    from: "a named code of the server behind OpenRouter",
    source: OPENROUTER,
    ...openrouter(429, "Provider returned error", {
      raw: '{"error":{"message":"You have no credit left","type":"insufficient_quota","code":"insufficient_quota"}}',
    }),
    code: "quota",
    message: "You have no credit left",
  },
  {
    from: "plain text of the server behind OpenRouter",
    source: OPENROUTER,
    ...openrouter(429, "Provider returned error", {
      raw: "deepseek/deepseek-r1:free is temporarily rate-limited upstream",
    }),
    code: "rate_limited",
    message: "temporarily rate-limited upstream",
  },
  {
    from: "an object of the server behind OpenRouter",
    source: OPENROUTER,
    ...openrouter(400, "Provider returned error", { raw: { error: { message: "Content Exists Risk" } } }),
    code: "content_filter",
    message: "Content Exists Risk",
  },
  {
    from: "nothing of the server behind OpenRouter",
    source: OPENROUTER,
    ...openrouter(502, "Provider returned error", { raw: "ERROR" }),
    code: "server_error",
    message: "Provider returned error",
  },
  {
    from: "content at xAI",
    source: "github.com/UKGovernmentBEIS/inspect_ai/pull/2267",
    ...xai(
      403,
      "The caller does not have permission to execute the specified operation",
      "Content violates usage guidelines. Team: 1, API key ID: 2, Model: grok-4-0709, Failed check: SAFETY_CHECK_TYPE_BIO",
    ),
    code: "content_filter",
  },
  {
    from: "a key that may not do it at xAI",
    source: "docs.x.ai",
    ...xai(403, "The caller does not have permission to execute the specified operation", "Team is not authorized"),
    code: "permission",
  },
  {
    from: "a wrong key at xAI",
    source: "github.com/openai/codex/issues/1352",
    ...xai(
      400,
      "Client specified an invalid argument",
      "Incorrect API key provided: sk***gA. You can obtain an API key from https://console.x.ai.",
    ),
    code: "auth",
  },
  {
    from: "the spending limit of xAI",
    source: "github.com/continuedev/continue/issues/10373",
    ...xai(
      429,
      "Some resource has been exhausted",
      "Your team 1 has either used all available credits or reached its monthly spending limit. To continue making API requests, please purchase more credits or raise your spending limit.",
    ),
    code: "quota",
  },
  {
    from: "a team without credits at xAI",
    source: "github.com/xai-org, discussions",
    ...xai(
      403,
      "The caller does not have permission to execute the specified operation",
      "Your newly created teams doesn't have any credits yet. You can purchase credits on https://console.x.ai.",
    ),
    code: "quota",
  },
  {
    from: "a rate limit of xAI",
    source: "docs.x.ai",
    ...xai(429, "Some resource has been exhausted", "Too many requests for team 1 and model grok-4."),
    code: "rate_limited",
  },
  { from: "a wrong key at Gemini", source: AI_STUDIO, status: 400, body: badKey, code: "auth" },
  { from: "a wrong key at Gemini, in an array", source: AI_STUDIO, status: 400, body: [badKey], code: "auth" },
  {
    from: "an expired key at Gemini",
    source: AI_STUDIO,
    status: 400,
    body: [google(400, "INVALID_ARGUMENT", "API key expired. Please renew the API key.")],
    code: "auth",
  },
  ...[false, true].flatMap((inArray): Golden[] => {
    const perMinute = exhausted("GenerateRequestsPerMinutePerProjectPerModel-FreeTier", "34.074824224s");
    const perDay = exhausted("GenerateRequestsPerDayPerProjectPerModel-FreeTier", "41s");
    const where = inArray ? ", in an array" : "";
    return [
      {
        from: `Gemini's limit per minute${where}`,
        source: AI_STUDIO,
        status: 429,
        body: inArray ? [perMinute] : perMinute,
        code: "rate_limited",
        message: "You exceeded your current quota",
        retryAfterMs: 34_074.824224,
      },
      {
        from: `Gemini's limit per day${where}`,
        source: AI_STUDIO,
        status: 429,
        body: inArray ? [perDay] : perDay,
        code: "quota",
        message: "You exceeded your current quota",
        retryAfterMs: 41_000,
      },
    ];
  }),
  {
    from: "Vertex' prompt too long",
    source: "gitlab.com/gitlab-org/gitlab, ee/lib/ai/active_context (text_embedding_005_vertex)",
    status: 400,
    body: google(
      400,
      "INVALID_ARGUMENT",
      "Unable to submit request because the input token count is 45000 but the model supports up to 20000. Reduce the input token count and try again.",
    ),
    code: "context_length",
  },
  {
    from: "Anthropic's answer too long for the context",
    source: "docs.anthropic.com/en/docs/build-with-claude/context-windows",
    ...anthropic(
      400,
      "invalid_request_error",
      "input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000, decrease input length or `max_tokens` and try again",
    ),
    code: "context_length",
  },
  {
    from: "Anthropic's usage limits",
    source: "github.com/anthropics/claude-code/issues/2127",
    ...anthropic(
      400,
      "invalid_request_error",
      "You have reached your specified API usage limits. You will regain access on 2025-07-01 at 00:00 UTC.",
    ),
    code: "quota",
  },
  {
    from: "Anthropic's usage limits of a workspace",
    source: "github.com/anthropics/claude-code/issues/2127",
    ...anthropic(400, "invalid_request_error", "You have reached your specified workspace API usage limits."),
    code: "quota",
  },
  {
    from: "Anthropic's filter",
    source: "docs.anthropic.com/en/api/errors",
    ...anthropic(400, "invalid_request_error", "Output blocked by content filtering policy"),
    code: "content_filter",
  },
  {
    from: "Anthropic's rate limit",
    source: "github.com/anthropics/claude-code/issues/29584",
    ...anthropic(429, "rate_limit_error", "Extra usage is required for long context requests."),
    code: "rate_limited",
  },
  {
    from: "an account that Anthropic has disabled",
    source: "docs.anthropic.com/en/api/errors",
    ...anthropic(403, "permission_error", "This organization has been disabled for violating our usage policies."),
    code: "permission",
  },
  {
    from: "vLLM's prompt too long",
    source: "github.com/allenai/olmocr, README (vllm/v1/engine/processor.py)",
    status: 400,
    body: {
      object: "error",
      message:
        "The decoder prompt (length 10896) is longer than the maximum model length of 8192. Make sure that `max_model_len` is no smaller than the number of text tokens plus multimodal tokens.",
      type: "BadRequestError",
      param: null,
      code: 400,
    },
    code: "context_length",
  },
  {
    from: "TGI's prompt too long",
    source: "github.com/huggingface/text-generation-inference, router/src/validation.rs",
    status: 422,
    body: {
      error: "Input validation error: `inputs` must have less than 4096 tokens. Given: 5000",
      error_type: "validation",
    },
    code: "context_length",
  },
  {
    from: "SGLang's prompt too long",
    source: "github.com/sgl-project/sglang, tokenizer_manager.py",
    ...openai(400, "The input (9000 tokens) is longer than the model's context length (8192 tokens).", null),
    code: "context_length",
  },
  {
    from: "llama.cpp's prompt too long",
    source: "github.com/ggml-org/llama.cpp, tools/server",
    ...openai(
      400,
      "the request exceeds the available context size, try increasing it",
      null,
      "exceed_context_size_error",
    ),
    code: "context_length",
  },
  {
    from: "a prompt too long behind a proxy that calls it its own fault",
    source: "docs.litellm.ai/docs/exception_mapping",
    ...openai(500, "litellm.ContextWindowExceededError: This model's maximum context length is 8192 tokens.", null),
    code: "context_length",
  },
  {
    from: "OpenAI's refusal of a prompt",
    source: "openai.com/index/preparing-for-future-ai-capabilities-in-biology",
    ...openai(
      400,
      "Invalid prompt: we've limited access to this content for safety reasons. This type of information may be used to benefit or to harm people.",
      "invalid_prompt",
    ),
    code: "content_filter",
  },
  {
    from: "OpenAI's refusal of a flagged prompt",
    source: "platform.openai.com/docs/guides/reasoning",
    ...openai(
      400,
      "Invalid prompt: your prompt was flagged as potentially violating our usage policy. Please try again with a different prompt.",
      null,
    ),
    code: "content_filter",
  },
  {
    from: "DeepSeek's refusal of a prompt",
    source: "github.com/deepseek-ai/DeepSeek-V3, issues",
    ...openai(400, "Content Exists Risk", "invalid_request_error"),
    code: "content_filter",
  },
  {
    from: "DeepSeek without a balance",
    source: "api-docs.deepseek.com/quick_start/error_codes",
    ...openai(402, "Insufficient Balance", "invalid_request_error", "unknown_error"),
    code: "quota",
  },
  {
    from: "Azure's filter",
    source: "learn.microsoft.com/azure/ai-services/openai/concepts/content-filter",
    status: 400,
    body: {
      error: {
        message: "The response was filtered due to the prompt triggering Azure OpenAI's policy.",
        type: null,
        code: "content_filter",
        status: 400,
        innererror: { code: "ResponsibleAIPolicyViolation", content_filter_result: {} },
      },
    },
    code: "content_filter",
  },
  {
    from: "AWS's throttling with its namespace",
    source: "docs.aws.amazon.com/awsjson protocol",
    status: 400,
    body: { __type: "com.amazon.coral.service#ThrottlingException", message: "Rate exceeded" },
    code: "rate_limited",
  },
  {
    from: "DashScope's filter",
    source: "help.aliyun.com/zh/model-studio/error-code",
    ...openai(400, "Input data may contain inappropriate content.", "data_inspection_failed"),
    code: "content_filter",
  },
  {
    from: "Groq's flexible tier",
    source: "console.groq.com/docs/errors",
    ...openai(498, "Flex tier capacity exceeded", "capacity_exceeded"),
    code: "overloaded",
  },
  {
    from: "Groq's flexible tier without a word",
    source: "console.groq.com/docs/errors",
    status: 498,
    body: {},
    code: "overloaded",
    message: "",
  },
  {
    from: "Groq's limit per minute that the prompt alone exceeds",
    source: "console.groq.com/docs/rate-limits",
    ...openai(
      413,
      "Request too large for model `llama` in organization `o` on tokens per minute (TPM): Limit 6000, Requested 9000",
      "rate_limit_exceeded",
      "tokens",
    ),
    code: "context_length",
  },
  {
    from: "Bedrock's rate of tokens, behind a proxy",
    source: "docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html",
    ...openai(429, "ThrottlingException: Too many tokens, please wait before trying again.", null),
    code: "rate_limited",
  },
  {
    from: "Cohere's monthly calls",
    source: "docs.cohere.com/docs/rate-limits",
    status: 429,
    body: { message: "You are using a Trial key, which is limited to 1000 API calls / month." },
    code: "quota",
  },
  {
    from: "a model of moderation that a key may not use",
    source: "platform.openai.com/docs/guides/error-codes",
    ...openai(403, "Project `p` does not have access to model `omni-moderation-latest`", "model_not_found"),
    code: "not_found",
  },
  {
    from: "Moonshot's prompt too long",
    source: "platform.moonshot.ai/docs",
    ...openai(400, "Invalid request: Your request exceeded model token limit: 8192", null),
    code: "context_length",
  },
  {
    from: "a prompt too long for GitHub Models",
    source: "docs.github.com/github-models",
    ...openai(413, "Request body too large for gpt-4o model. Max size: 8000 tokens.", "tokens_limit_reached"),
    code: "context_length",
  },
  {
    from: "Zhipu's filter",
    source: "open.bigmodel.cn/dev/api/error-code",
    status: 400,
    body: { error: { code: "1301", message: "系统检测到输入或生成内容可能包含不安全或敏感内容" } },
    code: "content_filter",
  },
  {
    from: "a key's budget at LiteLLM",
    source: "docs.litellm.ai/docs/proxy/users",
    ...openai(400, "Budget has been exceeded! Current cost: 1.2, Max budget: 1.0", "400", "budget_exceeded"),
    code: "quota",
  },
  {
    from: "a parameter that is too large",
    source: "platform.openai.com/docs/api-reference",
    ...openai(400, "max_tokens is too large: 100000. This model supports at most 16384 completion tokens.", null),
    code: "invalid_request",
  },
  {
    from: "a gateway that quotes a refusal as its message",
    source: "docs.litellm.ai/docs/exception_mapping",
    ...openai(400, JSON.stringify(badKey), null),
    code: "auth",
    message: "API key not valid",
  },
];

/** Codes and what they do: whether a retry may help, and whether a target that never succeeded is given up. */
const RETRIED: ReadonlySet<FailureCode> = new Set(["rate_limited", "overloaded", "server_error"]);
const GIVES_UP: ReadonlySet<FailureCode> = new Set(["auth", "permission", "quota", "not_found"]);

const messageIn = (body: unknown): string => {
  const first: unknown = Array.isArray(body) ? body[0] : body;
  const fields = first as { error?: { message?: string } | string; message?: string };
  return (typeof fields.error === "string" ? fields.error : (fields.error?.message ?? fields.message)) ?? "";
};

describe.each(WIRES)("$name", ({ wire, name }) => {
  it.each(REFUSALS)("reads $from ($status) as $code", ({ status, body, code, message, retryAfterMs }) => {
    const pieces = [Buffer.from(JSON.stringify(body))];
    for (const stream of [true, false]) {
      const { outcome } = attemptOver(wire, stream, { status, contentType: "application/json", pieces });
      const expected = status === 498 && name === "cohere-chat" && message === "" ? "content_filter" : code;
      expect(outcome).toMatchObject({ ok: false, failure: { code: expected, http_status: status } });
      if (outcome.ok) continue;
      expect(outcome.failure.message).toContain((message ?? messageIn(body)).replaceAll(/\s+/g, " ").slice(0, 500));
      if (retryAfterMs === undefined) expect(outcome.failure.retry_after_ms).toBeNull();
      else expect(outcome.failure.retry_after_ms).toBeCloseTo(retryAfterMs);
    }
  });
});

it.each(REFUSALS)("$from ($code) is retried, and gives its target up, only where that makes sense", ({ code }) => {
  expect(decideRetry(failure(code, ""), 0, 1, () => 0).retry).toBe(RETRIED.has(code));
  expect(opensCircuit(code, false)).toBe(GIVES_UP.has(code));
});

describe.each(WIRES)("$name, in a refusal that is no JSON", ({ wire, name }) => {
  it.each<[string, number, string, FailureCode]>([
    ["plain words", 400, "This model's maximum context length is 4096 tokens", "context_length"],
    ["words about the content", 403, "Your request was flagged by moderation", "content_filter"],
    ["words in front of JSON", 400, 'Error: {"error":{"message":"Content Exists Risk"}}', "content_filter"],
    ["an event", 429, 'data: {"error":{"message":"no","code":"insufficient_quota"}}\n\n', "quota"],
    ["an event with a name", 429, 'event: error\ndata: {"error":{"code":"insufficient_quota"}}\n\n', "quota"],
    ["JSON lines", 429, '{"error":{"message":"no","code":"insufficient_quota"}}\n{}\n', "quota"],
    [
      "a web page with JSON in it",
      403,
      '<script>\n{"error":{"message":"Content Exists Risk"}}\n</script>',
      "permission",
    ],
    ["a web page", 403, "<html>Your request was flagged by moderation</html>", "permission"],
    ["words that say nothing", 401, "no", "auth"],
  ])("%s (%i) decide as they would in JSON", (_name, status, text, code) => {
    for (const stream of [false, true]) {
      const { outcome } = attemptOver(wire, stream, { status, contentType: "text/plain", pieces: [Buffer.from(text)] });
      expect({ name, code: outcome.ok ? "ok" : outcome.failure.code }).toEqual({ name, code });
    }
  });
});
