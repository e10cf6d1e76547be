import { conditionNamed } from "./conditions.ts";
import { isFields, textAt } from "./fields.ts";
import type { WireFailure } from "./wire-format.ts";

/** What servers write while an answer has not ended. */
const UNSTATED = /^(|null|none|nil|undefined|not_?finished|([a-z_]+_)?unspecified)$/i;

/** Why an answer ended, in the server's words; null for what is no reason. SGLang also states an object with a `type`. */
export function finishReasonIn(value: unknown): string | null {
  const reason = isFields(value) ? textAt(value, "type") : value;
  return typeof reason === "string" && !UNSTATED.test(reason.trim()) ? reason : null;
}

/** `abort` (vLLM, SGLang), `error` (OpenRouter, Mistral), `network_error` (Zhipu), `TIMEOUT`, `USER_CANCEL` (Cohere), … */
const GAVE_UP = /(^|_)(abort|cancel|fail|error(_|$)|timeout|timed_out)/i;

/**
 * The failure that a finish reason is when it says that the server gave the answer up. Reasons for which an answer is
 * merely shorter (`length`, `content_filter`, `SAFETY`, `MALFORMED_FUNCTION_CALL`, `OTHER`) are none.
 *
 * @example
 * gaveUpBy("insufficient_system_resource"); // { code: "overloaded", message: … }
 */
export function gaveUpBy(reason: string | null): WireFailure | null {
  if (reason === null) return null;
  const named = conditionNamed(reason);
  const code = named === "overloaded" || named === "rate_limited" || named === "quota" ? named : null;
  if (code === null && !GAVE_UP.test(reason)) return null;
  const toxic = reason === "ERROR_TOXIC" ? "content_filter" : null;
  return {
    code: code ?? toxic ?? "stream_error",
    message: `the server gave up on the answer: its finish reason is "${reason}"`,
  };
}
