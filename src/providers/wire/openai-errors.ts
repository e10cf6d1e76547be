import type { FailureCode } from "../../core/failure.ts";
import { codeOfRefusal, statusOnly, tidyMessage } from "./failures.ts";
import { isFields, textAt, type Fields } from "./fields.ts";
import { finishReasonIn, gaveUpBy } from "./finish-reasons.ts";
import { statedErrorIn } from "./stated-error.ts";
import type { WireFailure } from "./wire-format.ts";

/** OpenAI's own error codes where they say more than the HTTP status; other servers copy them. */
const BY_ERROR_CODE: Readonly<Record<string, FailureCode>> = {
  invalid_api_key: "auth",
  insufficient_quota: "quota",
  billing_hard_limit_reached: "quota",
  context_length_exceeded: "context_length",
  content_filter: "content_filter",
  content_policy_violation: "content_filter",
  model_not_found: "not_found",
  rate_limit_exceeded: "rate_limited",
};

function failureIn(error: Fields, status: number): WireFailure {
  const message = textAt(error, "message") ?? JSON.stringify(error);
  const named = BY_ERROR_CODE[textAt(error, "code") ?? ""] ?? BY_ERROR_CODE[textAt(error, "type") ?? ""] ?? null;
  const worded = codeOfRefusal(status, message);
  // More tokens than a minute's limit go through at no time, which OpenAI and Groq call a rate limit (429, 413) as well.
  const isTooLong = named === "rate_limited" && worded === "context_length";
  return { code: isTooLong ? worded : (named ?? worded), message: tidyMessage(message) };
}

/**
 * What a refusal of an OpenAI API says, or of a server that copies it: TGI, LM Studio and xAI make `error` a text; vLLM,
 * Mistral and Cerebras leave it out and put its members beside it.
 */
export function readOpenaiFailure(status: number, body: unknown, text: string): WireFailure {
  if (!isFields(body)) return statusOnly(status, text);
  const { error } = body;
  if (isFields(error)) return failureIn(error, status);
  if (typeof error === "string") return { ...statusOnly(status, error), code: codeOfRefusal(status, error) };
  return textAt(body, "message") === null ? statusOnly(status, text) : failureIn(body, status);
}

/** What broke off an answer by its own word: the error in its choice, or a finish reason that says that it was given up. */
export function choiceFailureIn(choice: Fields): WireFailure | null {
  return statedErrorIn(choice, false) ?? gaveUpBy(finishReasonIn(choice["finish_reason"]));
}
