import {
  conditionNamed,
  conditionOfMinimax,
  conditionOfStatus,
  conditionOfZhipu,
  conditionSaid,
  type Condition,
} from "./conditions.ts";
import { CODES, STATUSES, statusIn } from "./error-members.ts";
import { findError, type FoundError } from "./error-shapes.ts";
import { layersOf, wordsOf } from "./error-words.ts";
import { codeOfMessage, tidyMessage } from "./failures.ts";
import { isFields, listAt, textAt, type Fields } from "./fields.ts";
import { googleLimit, googleRetryDelay } from "./google-limits.ts";
import type { WireFailure } from "./wire-format.ts";

// What error, if any, the body or an event of a 200 states. Servers, gateways and proxies do so in many shapes, whatever
// API they speak, so that there is one reader of all of them.

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "";
  } catch {
    return "an error that is nested too deeply to show";
  }
}

/** The objects that may hold a code: those of the error, a gateway's own behind the one that it was told, and the one around. */
const sourcesOf = ({ error, around }: FoundError): Fields[] => [...layersOf(error), around];

function conditionOf(found: FoundError, message: string): Condition | null {
  const sources = sourcesOf(found);
  for (const source of sources) {
    const numbered = conditionOfMinimax(source["status_code"]) ?? conditionOfZhipu(source["code"]);
    if (numbered !== null) return numbered;
  }
  for (const source of sources) {
    for (const key of CODES) {
      const word = textAt(source, key);
      const named = word === null ? null : conditionNamed(word);
      if (named === "rate_limited") return limited(word ?? "", source, message);
      if (named !== null) return named;
    }
  }
  for (const source of sources) {
    for (const key of STATUSES) {
      const status = statusIn(source[key]);
      if (status !== null) return conditionOfStatus(status, message);
    }
  }
  return conditionSaid(message);
}

/** More tokens than a minute's limit go through at no time, and what a day's limit holds back is gone for today. */
function limited(word: string, source: Fields, message: string): Condition | null {
  if (codeOfMessage(message) === "context_length") return null;
  if (word !== "RESOURCE_EXHAUSTED") return "rate_limited";
  return googleLimit(listAt(source, "details"), message) === "quota" ? "quota" : "rate_limited";
}

function failureOf(found: FoundError): WireFailure {
  const { error, around } = found;
  const shown = isFields(error) || Array.isArray(error) ? jsonOf(error) : null;
  const words = wordsOf(error) ?? wordsOf({ ...around, error: null }) ?? shown;
  const message = words ?? "the server stated an error without a message";
  const wait = googleRetryDelay(sourcesOf(found).flatMap((source) => listAt(source, "details")));
  return {
    code: conditionOf(found, message) ?? "stream_error",
    message: tidyMessage(message),
    ...(wait === null ? {} : { retryAfterMs: wait }),
  };
}

/**
 * The failure that the body of a 200, or an event of its stream, states; null when it states none. The code is
 * `overloaded`, `rate_limited`, `content_filter` or `quota` where the error states it, be it as an HTTP status or in the
 * API's own word, else `stream_error`. `error` null, false or empty and codes of success are no errors.
 * `loosely: false` is for objects that name their kind themselves: only what stands where errors stand counts then.
 *
 * @example
 * statedErrorIn({ code: "Throttling", message: "too many requests" }); // { code: "rate_limited", message: "too many requests" }
 */
export function statedErrorIn(body: unknown, loosely = true): WireFailure | null {
  if (Array.isArray(body)) {
    // Gemini puts an error into an array where no `alt=sse` is asked for.
    for (const entry of body) {
      const failure = isFields(entry) ? statedErrorIn(entry, loosely) : null;
      if (failure !== null) return failure;
    }
    return null;
  }
  const found = isFields(body) ? findError(body, loosely) : null;
  return found === null ? null : failureOf(found);
}

/** The failure that the value of an error event, or of an `error:` field, states: an object or a text. */
export function statedErrorOf(value: unknown): WireFailure | null {
  return statedErrorIn({ error: value });
}
