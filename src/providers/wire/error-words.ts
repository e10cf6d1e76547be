import { fieldsAt, isFields, parseJson, type Fields } from "./fields.ts";

/** How deep an error is looked into; what is deeper is taken as said. */
export const DEEPEST = 6;

/** Members that hold a message and nothing else. */
export const WORDS = [
  "message",
  "msg",
  "error_message",
  "errorMessage",
  "error_msg",
  "errorMsg",
  "errmsg",
  "err_msg",
  "retmsg",
  "status_msg",
  "Message",
  "faultstring",
] as const;

/** The members that may hold the words of an error, the plainest first. */
const SPOKEN = [
  ...WORDS,
  "detail",
  "description",
  "title",
  "error",
  "errors",
  "reason",
  "exception",
  "fault",
  "Error",
] as const;

/** The server's words for an error; null where it gave none. Those of the server behind a gateway come first. */
export function wordsOf(error: unknown, depth = 0): string | null {
  if (depth === DEEPEST) return null;
  if (typeof error === "string") {
    const within = valueIn(error);
    return (within === null ? null : wordsOf(within, depth + 1)) ?? (error.trim() === "" ? null : error);
  }
  if (Array.isArray(error)) {
    const texts = error.map((entry) => wordsOf(entry, depth + 1)).filter((text) => text !== null);
    return texts.length === 0 ? null : texts.join("; ");
  }
  if (!isFields(error)) return null;
  const raw = wordsOf(rawOf(error), depth + 1);
  if (raw !== null) return raw;
  for (const key of SPOKEN) {
    const words = wordsOf(error[key], depth + 1);
    if (words !== null) return words;
  }
  return null;
}

/** What OpenRouter was told by the server behind it: https://openrouter.ai/docs/api/reference/errors-and-debugging */
export function rawOf(error: Fields): unknown {
  const { raw } = fieldsAt(error, "metadata");
  return typeof raw === "string" && UNTELLING.test(raw) ? null : raw;
}

const UNTELLING = /^\W*(error|unknown|null|none|undefined)?\W*$/i;

/** The object or list that a text is the JSON of, as gateways quote the answer of the server behind them. */
function valueIn(text: string): Fields | readonly unknown[] | null {
  if (!/^\s*[{[]/.test(text)) return null;
  const value = parseJson(text);
  return isFields(value) || Array.isArray(value) ? value : null;
}

/** Members that may hold an error within an error; GraphQL puts its code into `extensions`, Apigee into `fault.detail`. */
const INNER = [
  "error",
  "errors",
  "innererror",
  "inner_error",
  "message",
  "Error",
  "fault",
  "detail",
  "extensions",
] as const;

/**
 * The objects of an error body that may name its code: those of the server behind a gateway, the error, what it gives
 * as its reasons, and the body around it.
 */
export function layersOf(body: unknown, depth = 0): Fields[] {
  if (depth === DEEPEST) return [];
  if (typeof body === "string") return layersOf(valueIn(body), depth + 1);
  if (Array.isArray(body)) return body.flatMap((entry) => layersOf(entry, depth + 1));
  if (!isFields(body)) return [];
  const raw = rawOf(body);
  const inner = [raw, ...INNER.map((key) => body[key])].flatMap((value) => layersOf(value, depth + 1));
  const details = Array.isArray(body["details"]) ? body["details"].filter((entry) => isFields(entry)) : [];
  return [...inner, ...details, body, fieldsAt(body, "metadata")];
}
