import type { FailureCode } from "../../core/failure.ts";

const BY_STATUS: Readonly<Record<number, FailureCode>> = {
  401: "auth",
  402: "quota",
  403: "permission",
  404: "not_found",
  408: "server_error",
  409: "server_error",
  // What TGI answers when generation broke.
  424: "server_error",
  425: "server_error",
  429: "rate_limited",
  // Groq's, when its flexible tier has no capacity: https://console.groq.com/docs/errors
  498: "overloaded",
  503: "overloaded",
  529: "overloaded",
};

/** What an HTTP status alone says. */
export function codeOfStatus(status: number): FailureCode {
  return BY_STATUS[status] ?? (status >= 500 ? "server_error" : "invalid_request");
}

/**
 * What APIs distinguish in words only; the first match decides. Each is quoted from a real refusal: the golden bodies of
 * the tests have them.
 */
const BY_WORDS: readonly (readonly [RegExp, FailureCode])[] = [
  [
    /\b(incorrect|invalid|wrong|bad|expired|malformed) (api[ _-]?key|x-api-key|api token|authentication)|\bapi[ _-]?key\b.{0,40}\b(not valid|not found|(is )?(invalid|incorrect|expired)|has expired)/,
    "auth",
  ],
  [
    /context[ _-]?(length|window|size|limit)|prompt (is |was )?too (long|large)|request too large for|(maximum|max) (context|prompt|model|input|sequence) length|prompt exceeds max|longer than the model|too many (input |prompt )?tokens(?!( per|,? please wait))|token count .*exceeds|input token count is|input is too long|range of input length|exceed\w* (the )?(model )?token limit|request body too large for|inputs?[`'"]* must have less than|tokens.{0,5}\+.{0,5}max_new_tokens.{0,5}must be/,
    "context_length",
  ],
  [
    /credit balance is too low|exceeded your current quota|insufficient[_ ](quota|credits?|balance|funds)|key limit exceeded|specified (\w+ )?api usage limits|spend(ing)? (limit|cap)|used all available credits|(out of|no|any|more|enough) credits(?! were)|budget has been exceeded|billing hard limit|monthly (included credits|quota|limit)|limited to \d+ api calls \/ month|account is in good standing/,
    "quota",
  ],
  [
    /content[ _-]?(filter|management|policy|moderation|exists risk)|content violates|violat\w+ (\w+ ){0,4}(policy|policies|guidelines)|safety_check|limited access to this content for safety|safety (system|filter)|(inappropriate|prohibited|unsafe|sensitive) content|considered high risk|\b(was|been) flagged\b|\bflagged (as|by|for)\b|敏感内容|(?<![\w-])moderation(?!( endpoint| api| model|-))/,
    "content_filter",
  ],
];

/** Where it is not a prompt that is refused but whoever sends it, whatever the reason. */
const OF_ACCOUNT =
  /\b(account|organi[sz]ation|team|workspace|project|user)\b[^.:]{0,40}\b(flagged|suspended|disabled|banned|blocked|restricted|deactivated)\b/;

/** What a message says in words, beside its status; null where it says nothing that is known. */
export function codeOfMessage(message: string): FailureCode | null {
  const words = message.toLowerCase();
  const code = BY_WORDS.find(([pattern]) => pattern.test(words))?.[1] ?? null;
  return code === "content_filter" && OF_ACCOUNT.test(words) ? null : code;
}

/** Refusals of which the words say more than the status. */
const ASKED: ReadonlySet<number> = new Set([400, 402, 403, 412, 413, 422, 424, 429, 451]);

/** What the words say, where they may decide: of a server's own error only that the prompt was too long for it. */
export function wordsDecide(status: number, worded: FailureCode | null): FailureCode | null {
  return ASKED.has(status) || (status === 500 && worded === "context_length") ? worded : null;
}

/** What a refusal's status and words say together. */
export function codeOfRefusal(status: number, message: string): FailureCode {
  return wordsDecide(status, codeOfMessage(message)) ?? codeOfStatus(status);
}

const MESSAGE_LIMIT = 600;

/** A server's message fit for a line of a log: one line, not endless. */
export function tidyMessage(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > MESSAGE_LIMIT ? `${line.slice(0, MESSAGE_LIMIT)}…` : line;
}

/** A refusal whose body is not of the API's shape: the status decides, the text is shown. */
export function statusOnly(status: number, text: string): { code: FailureCode; message: string } {
  return { code: codeOfStatus(status), message: tidyMessage(text) || `HTTP ${status} without a message` };
}
