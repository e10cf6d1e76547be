import type { FailureCode } from "../../core/failure.ts";
import { conditionNamed } from "./conditions.ts";
import { layersOf, wordsOf } from "./error-words.ts";
import { codeOfMessage, codeOfStatus, statusOnly, tidyMessage, wordsDecide } from "./failures.ts";
import { isFields, listAt, parseJson, textAt, type Fields } from "./fields.ts";
import { googleLimit, googleRetryDelay } from "./google-limits.ts";
import type { WireFailure } from "./wire-format.ts";

/**
 * The words by which APIs name what is wrong, in lower case. `api_error`, `invalid_request_error` and the like are not
 * here: gateways put them on anything, so that the message and the status say more.
 */
const BY_NAME: Readonly<Record<string, FailureCode>> = {
  api_key_invalid: "auth",
  authentication: "auth",
  authentication_error: "auth",
  invalid_api_key: "auth",
  unauthenticated: "auth",
  billing_error: "quota",
  billing_hard_limit_reached: "quota",
  budget_exceeded: "quota",
  insufficient_quota: "quota",
  payment_required: "quota",
  context_length_exceeded: "context_length",
  token_limit_exceeded: "context_length",
  tokens_limit_reached: "context_length",
  content_filter: "content_filter",
  content_policy_violation: "content_filter",
  // OpenAI's word for a prompt that it will not answer.
  invalid_prompt: "content_filter",
  responsibleaipolicyviolation: "content_filter",
  model_not_found: "not_found",
  not_found: "not_found",
  not_found_error: "not_found",
  permission_denied: "permission",
  permission_error: "permission",
  rate_limit_error: "rate_limited",
  rate_limit_exceeded: "rate_limited",
  overloaded_error: "overloaded",
  unavailable: "overloaded",
};

/** Members that hold such a word. */
const NAMES = ["code", "type", "status", "error_type", "reason", "errorCode", "error_code", "__type"] as const;

/** Words under which a message may say something more: what a gateway calls a limit may be a prompt that is too long. */
const REFINED: ReadonlySet<FailureCode> = new Set(["rate_limited", "permission"]);

/**
 * What a refusal says, whatever API it is of and whichever gateway it came through: an object or a text in `error`, its
 * members beside it, an array around it, the refusal of the server behind a gateway in `metadata.raw`. A named code rules
 * over the message, the message over the HTTP status. `own` are statuses that an API uses in a way of its own.
 *
 * @example
 * readRefusal(403, { error: "Content violates usage guidelines." }, "").code; // "content_filter"
 */
export function readRefusal(
  status: number,
  body: unknown,
  text: string,
  own: Readonly<Record<number, FailureCode>> = {},
): WireFailure {
  // A web page says much that is not of the refusal.
  const isPage = /^\s*</.test(text);
  const said = body === undefined && !isPage ? framedIn(text) : body;
  const layers = layersOf(said);
  const message = wordsOf(said);
  if (message === null) {
    const words = said === undefined && !isPage ? text.slice(0, LONGEST_WORDS) : "";
    return { ...statusOnly(status, text), ...codeIn(layers, status, words, own) };
  }
  const retryAfterMs = googleRetryDelay(layers.flatMap((layer) => [layer, ...listAt(layer, "details")]));
  return {
    ...codeIn(layers, status, message, own),
    message: tidyMessage(message),
    ...(retryAfterMs === null ? {} : { retryAfterMs }),
  };
}

/** No refusal has more to say than this. */
const LONGEST_WORDS = 10_000;

/** The first object in a refusal that is framed as the stream would have been: events, or a JSON value a line. */
function framedIn(text: string): unknown {
  const lines = text.slice(0, LONGEST_WORDS).split("\n");
  return lines.map((line) => parseJson(line.replace(/^\uFEFF?\s*(data|error):/, ""))).find((value) => isFields(value));
}

function codeIn(
  layers: readonly Fields[],
  status: number,
  message: string,
  own: Readonly<Record<number, FailureCode>>,
): { code: FailureCode } {
  const limits = layers.find((layer) => layer["status"] === "RESOURCE_EXHAUSTED");
  if (limits !== undefined) return { code: googleLimit(listAt(limits, "details"), message) };
  const named = nameIn(layers);
  const worded = wordsDecide(status, codeOfMessage(message));
  if (named !== null && !(worded !== null && REFINED.has(named))) return { code: named };
  return { code: worded ?? own[status] ?? codeOfStatus(status) };
}

function nameIn(layers: readonly Fields[]): FailureCode | null {
  for (const layer of layers) {
    // OpenRouter says why a prompt was flagged, or which pattern of a guardrail it met.
    if (layer["flagged_input"] !== undefined || Array.isArray(layer["reasons"])) return "content_filter";
    for (const name of NAMES) {
      const word = textAt(layer, name);
      const code = word === null ? null : (BY_NAME[word.toLowerCase()] ?? conditionNamed(word));
      if (code !== null) return code;
    }
  }
  return null;
}
