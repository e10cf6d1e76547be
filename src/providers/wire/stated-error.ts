import { conditionNamed, conditionOfMinimax, conditionOfStatus, conditionSaid, type Condition } from "./conditions.ts";
import { DEEPEST, layersOf, rawOf, WORDS, wordsOf } from "./error-words.ts";
import { codeOfMessage, tidyMessage } from "./failures.ts";
import { isFields, listAt, textAt, type Fields } from "./fields.ts";
import { googleLimit, googleRetryDelay } from "./google-limits.ts";
import type { WireFailure } from "./wire-format.ts";

// What error, if any, the body or an event of a 200 states. Servers, gateways and proxies do so in many shapes, whatever
// API they speak, so that there is one reader of all of them.

/** Where an error stood: the error itself, and the object that it was in. */
interface Found {
  readonly error: unknown;
  readonly around: Fields;
}

const SUCCESSES: ReadonlySet<string> = new Set([
  "",
  "ok",
  "success",
  "successful",
  "succeeded",
  "none",
  "null",
  "nil",
  "false",
  "undefined",
  "no error",
  "normal",
]);
/** Members that say nothing of how it went. */
const NEUTRAL: ReadonlySet<string> = new Set([
  "id",
  "request_id",
  "requestId",
  "RequestId",
  "trace_id",
  "log_id",
  "timestamp",
  "time",
  "path",
  "param",
  "success",
  "ok",
  "index",
]);
const CODES = [
  "code",
  "error_code",
  "errorCode",
  "errcode",
  "errno",
  "Code",
  "type",
  "error_type",
  "errorType",
  "__type",
  "status",
  "status_code",
  "statusCode",
  "http_status",
  "reason",
  "name",
] as const;
const STATUSES = [
  "code",
  "status",
  "status_code",
  "statusCode",
  "http_status",
  "error_code",
  "errorCode",
  "Code",
] as const;
/** Members of which one alone says that its object is an error. */
const TELLING = ["error_message", "errorMessage", "error_msg", "errorMsg", "exception", "fault", "Error"] as const;
const ERROR_WORD = /error|exception|fail/i;
/** What a server says in order to keep a connection open. */
const BENIGN = /^(keep-?alive|ping|pong|heartbeat|processing|queued|pending|waiting|running|started|connected|done)\b/i;

function isSuccessText(text: string): boolean {
  const plain = text.trim().toLowerCase();
  return SUCCESSES.has(plain) || (/^\d+$/.test(plain) && isSuccessStatus(Number(plain)));
}

const isSuccessStatus = (status: number): boolean => status === 0 || (status >= 100 && status < 300);

/** Whether a value says that something went wrong: neither empty nor a success. */
function says(value: unknown, depth = 0): boolean {
  if (typeof value === "string") return !isSuccessText(value);
  if (typeof value === "number") return !isSuccessStatus(value);
  if (typeof value === "boolean") return value;
  if (typeof value !== "object" || value === null) return false;
  if (depth === DEEPEST) return true;
  if (Array.isArray(value)) return value.some((entry) => says(entry, depth + 1));
  return Object.entries(value).some(([key, member]) => !NEUTRAL.has(key) && says(member, depth + 1));
}

/** An error that stands where errors stand; it counts beside an answer too. */
function plainly(body: Fields): Found | null {
  if (says(body["error"])) return { error: body["error"], around: body };
  if (says(body["errors"])) return { error: body["errors"], around: body };
  const base = body["base_resp"];
  if (isFields(base) && says(base["status_code"])) return { error: base, around: base };
  const groq = body["x_groq"];
  if (isFields(groq) && says(groq["error"])) return { error: groq["error"], around: groq };
  return null;
}

/** Members that hold an answer, or a piece of one. */
const ANSWERS = ["choices", "candidates", "delta", "content", "output", "embeddings"] as const;

const isFilled = (value: unknown): boolean =>
  typeof value === "string" || (Array.isArray(value) ? value.length > 0 : isFields(value));

/** Whether an object is an answer, or a piece of one, by what it holds. */
const isAnswer = (body: Fields): boolean =>
  ANSWERS.some((key) => isFilled(body[key])) ||
  isFields(body["message"]) ||
  (Array.isArray(body["data"]) && body["data"].length > 0);

/** Whether a code, a status or a type of an object says that it is an error. */
function isCoded(body: Fields): boolean {
  if (body["success"] === false || body["ok"] === false) return true;
  return CODES.some((key) => {
    const value = body[key];
    if (typeof value === "number") return /code|errno/i.test(key) ? says(value) : statusIn(value) !== null;
    if (typeof value !== "string" || isSuccessText(value)) return false;
    return /code/i.test(key) || ERROR_WORD.test(value) || statusIn(value) !== null || conditionNamed(value) !== null;
  });
}

/** An object that is an error itself, by its words and codes. */
function isError(body: Fields): boolean {
  if ((says(body["detail"]) && !BENIGN.test(wordsOf(body["detail"]) ?? "")) || TELLING.some((key) => says(body[key])))
    return true;
  const words = WORDS.map((key) => textAt(body, key) ?? "").find((text) => text.trim() !== "");
  if (words === undefined) {
    return STATUSES.some((key) => statusIn(body[key]) !== null || conditionNamed(textAt(body, key) ?? "") !== null);
  }
  if (isCoded(body)) return true;
  const alone = Object.keys(body).every((key) => key === "message" || NEUTRAL.has(key));
  return alone && says(words) && !BENIGN.test(words);
}

function find(body: Fields, loosely: boolean): Found | null {
  const found = plainly(body);
  if (found !== null) return found;
  if (isAnswer(body)) return null;
  if (body["object"] === "error" || body["type"] === "error") return { error: body, around: body };
  for (const key of ["data", "result", "response", "body"]) {
    const inner = body[key];
    const nested = isFields(inner) ? plainly(inner) : null;
    if (nested !== null) return nested;
  }
  return loosely && isError(body) ? { error: body, around: body } : null;
}

/** An HTTP status of a refusal, also written as text. */
function statusIn(value: unknown): number | null {
  const status = typeof value === "string" && /^\d{3}$/.test(value.trim()) ? Number(value) : value;
  return typeof status === "number" && Number.isInteger(status) && status >= 400 && status < 600 ? status : null;
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "";
  } catch {
    return "an error that is nested too deeply to show";
  }
}

/** The objects that may hold a code: what a gateway was told, the error, the one in it, and the one around it. */
function sourcesOf({ error, around }: Found): Fields[] {
  const first: unknown = Array.isArray(error) ? error.find((entry) => isFields(entry)) : error;
  if (!isFields(first)) return [around];
  const inner = first["error"];
  return [...layersOf(rawOf(first)), first, ...(isFields(inner) ? [inner] : []), around];
}

function conditionOf(found: Found, message: string): Condition | null {
  const sources = sourcesOf(found);
  const [first = found.around] = sources;
  const minimax = conditionOfMinimax(first["status_code"]);
  if (minimax !== null) return minimax;
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

function failureOf(found: Found): WireFailure {
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
  const found = isFields(body) ? find(body, loosely) : null;
  return found === null ? null : failureOf(found);
}

/** The failure that the value of an error event, or of an `error:` field, states: an object or a text. */
export function statedErrorOf(value: unknown): WireFailure | null {
  return statedErrorIn({ error: value });
}
