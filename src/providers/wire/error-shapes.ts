import { conditionNamed } from "./conditions.ts";
import { CODES, isSuccessText, NEUTRAL, says, STATUSES, statusIn } from "./error-members.ts";
import { WORDS, wordsOf } from "./error-words.ts";
import { isFields, textAt, type Fields } from "./fields.ts";

/** Where an error stood: the error itself, and the object that it was in. */
export interface FoundError {
  readonly error: unknown;
  readonly around: Fields;
}

/** Members of which one alone says that its object is an error. */
const TELLING = ["error_message", "errorMessage", "error_msg", "errorMsg", "exception", "fault", "Error"] as const;
const ERROR_WORD = /error|exception|fail/i;
/** What a server says in order to keep a connection open. */
const BENIGN = /^(keep-?alive|ping|pong|heartbeat|processing|queued|pending|waiting|running|started|connected|done)\b/i;

/** An error that stands where errors stand; it counts beside an answer too. */
function plainly(body: Fields): FoundError | null {
  if (says(body["error"])) return { error: body["error"], around: body };
  if (says(body["errors"])) return { error: body["errors"], around: body };
  if (isFields(body["Error"]) && says(body["Error"])) return { error: body["Error"], around: body };
  const base = body["base_resp"];
  if (isFields(base) && says(base["status_code"])) return { error: base, around: base };
  const groq = body["x_groq"];
  if (isFields(groq) && says(groq["error"])) return { error: groq["error"], around: groq };
  return null;
}

/** Members that hold an answer, or a piece of one. */
const ANSWERS = ["choices", "candidates", "delta", "content", "output", "embeddings"] as const;

const isFilled = (value: unknown): boolean =>
  typeof value === "string" ? value !== "" : Array.isArray(value) ? value.length > 0 : isFields(value);

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
    if (typeof value === "number") return /code|err_?no/i.test(key) ? says(value) : statusIn(value) !== null;
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
  // A server's own code for success, such as 20000, is known by its words.
  if (!says(words)) return STATUSES.some((key) => statusIn(body[key]) !== null);
  if (isCoded(body)) return true;
  const alone = Object.keys(body).every((key) => key === "message" || NEUTRAL.has(key));
  return alone && !BENIGN.test(words);
}

/**
 * The error in the body of a 200 or in an event of its stream; null where none is. What does not stand where errors stand is
 * one only when `loosely` is given.
 */
export function findError(body: Fields, loosely: boolean): FoundError | null {
  const found = plainly(body);
  if (found !== null) return found;
  if (isAnswer(body)) return null;
  if (body["object"] === "error" || body["type"] === "error") return { error: body, around: body };
  for (const key of ["data", "result", "response", "body", "ResponseMetadata"]) {
    const inner = body[key];
    const nested = isFields(inner) ? plainly(inner) : null;
    if (nested !== null) return nested;
  }
  if (!loosely) return null;
  if (isError(body)) return { error: body, around: body };
  const header = body["header"];
  return isFields(header) && isCoded(header) ? { error: header, around: header } : namedByKey(body);
}

/** AWS names the error by the member that holds it: `{"throttlingException": {"message": "…"}}`. */
function namedByKey(body: Fields): FoundError | null {
  const [key, another] = Object.keys(body).filter((name) => !NEUTRAL.has(name));
  if (key === undefined || another !== undefined || !/(error|exception)$/i.test(key)) return null;
  const value = body[key];
  // A figure may be called so, too.
  const speaks = (isFields(value) || typeof value === "string") && says(value);
  return speaks ? { error: value, around: { code: key } } : null;
}
