import type { FailureCode } from "../../core/failure.ts";
import { codeOfRefusal, statusOnly, tidyMessage } from "./failures.ts";
import { isFields, textAt, type Fields } from "./fields.ts";
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
  const named = BY_ERROR_CODE[textAt(error, "code") ?? ""] ?? BY_ERROR_CODE[textAt(error, "type") ?? ""];
  return { code: named ?? codeOfRefusal(status, message), message: tidyMessage(message) };
}

/** What a refusal of an OpenAI API says, or of a server that copies it. */
export function readOpenaiFailure(status: number, body: unknown, text: string): WireFailure {
  const error = isFields(body) ? body["error"] : undefined;
  if (isFields(error)) return failureIn(error, status);
  return statusOnly(status, typeof error === "string" ? error : text);
}

/** The error that stands in a 200's body or event, if one does: null, an object, or a text. */
export function openaiErrorIn(body: Fields): WireFailure | null {
  const error = body["error"] ?? null;
  if (error === null) return null;
  const message = isFields(error)
    ? failureIn(error, 500).message
    : tidyMessage(typeof error === "string" ? error : JSON.stringify(error));
  return { code: "stream_error", message };
}
