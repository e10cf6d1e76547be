import type { FailureCode } from "../../core/failure.ts";
import { codeOfMessage, codeOfRefusal } from "./failures.ts";

/** What an error inside a 200 can state that makes it more than an error of this stream. */
export type Condition = Extract<FailureCode, "overloaded" | "rate_limited" | "content_filter" | "quota">;

const CONDITIONS: ReadonlySet<FailureCode> = new Set<Condition>([
  "overloaded",
  "rate_limited",
  "content_filter",
  "quota",
]);

const isCondition = (code: FailureCode | null): code is Condition => code !== null && CONDITIONS.has(code);

/**
 * The words of APIs, in lower case and without punctuation; the first match decides. `Throttling.AllocationQuota` of
 * DashScope and `request_quota_exceeded` of Cerebras are limits per minute, so they come before all quotas.
 */
const BY_WORD: readonly (readonly [RegExp, Condition])[] = [
  [/^throttl|^(request|token)s?quotaexceeded/, "rate_limited"],
  [
    /insufficient(quota|balance|credits?|funds)|quotaexceeded|exceeded(your)?currentquota|^billing|arrear|overdue|paymentrequired|outofcredits|(usage|spend|spending)limit/,
    "quota",
  ],
  [
    /content(filter|policy|blocked|risk|moderation)|responsibleaipolicy|datainspectionfailed|moderation|sensitive(content|data)|^invalidprompt$|^(prompt|response|safety)blocked|^blockedby(safety|policy)/,
    "content_filter",
  ],
  [
    /overload|^(server|service|model|temporarily|temporary)?unavailable(exception|error)?$|serverbusy|enginebusy|modelbusy|(no|outof|insufficient)capacity|capacityexceeded|insufficientsystemresources?|modelnotready/,
    "overloaded",
  ],
  [
    /ratelimit|ratelimited|toomanyrequests|^limit(requests|burstrate)|(rpm|tpm|rps|qps|qpm|concurrency|requests?)limit(exceeded|reached)|^resourceexhausted$/,
    "rate_limited",
  ],
];

/**
 * The condition that an API's word names, be it spelled `rate_limit_error`, `RateLimitError` or `Rate limit exceeded`.
 *
 * @example
 * conditionNamed("Throttling.RateQuota"); // "rate_limited"
 */
export function conditionNamed(word: string): Condition | null {
  // AWS puts a namespace in front: `com.amazon.coral.service#ThrottlingException`.
  const plain = word
    .slice(word.lastIndexOf("#") + 1)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, "");
  return BY_WORD.find(([pattern]) => pattern.test(plain))?.[1] ?? null;
}

/** The condition that an HTTP status stands for, with the message where the status alone does not tell. */
export function conditionOfStatus(status: number, message: string): Condition | null {
  const code = codeOfRefusal(status, message);
  return isCondition(code) ? code : null;
}

/** A short text is a word itself; one that begins with a status states it. */
const MOST_WORDS = 4;
const LEADING_STATUS = /^(?:(?:http(?:\/[\d.]+)?|error|status|code)[\s:]*)*(429|503|529)\b/i;
const SAID: readonly (readonly [RegExp, Condition])[] = [
  [/\b(is|are|was|been) (currently |temporarily )?overloaded\b/i, "overloaded"],
  [/\brate limit (has been )?(exceeded|reached)|\btoo many requests\b/i, "rate_limited"],
];

/** The condition that a message says in words, for errors that state no status. */
export function conditionSaid(message: string): Condition | null {
  const text = message.trim();
  const status = LEADING_STATUS.exec(text)?.[1];
  const worded = codeOfMessage(text);
  if (isCondition(worded)) return worded;
  if (status !== undefined) return conditionOfStatus(Number(status), text);
  if (text.split(/\s+/, MOST_WORDS + 1).length <= MOST_WORDS) return conditionNamed(text);
  return SAID.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}

/** MiniMax's `base_resp.status_code`: https://platform.minimax.io/docs/api-reference/errorcode */
const BY_MINIMAX_CODE: Readonly<Record<string, Condition>> = {
  "1002": "rate_limited",
  "1008": "quota",
  "1026": "content_filter",
  "1027": "content_filter",
  "1039": "rate_limited",
  "1041": "rate_limited",
  "2045": "rate_limited",
  "2056": "quota",
};

/** Zhipu's `error.code`, a text of four digits: https://docs.z.ai/api-reference/api-code */
const BY_ZHIPU_CODE: Readonly<Record<string, Condition>> = {
  "1113": "quota",
  "1301": "content_filter",
  "1302": "rate_limited",
  "1303": "rate_limited",
  "1304": "quota",
  "1305": "rate_limited",
  "1308": "quota",
};

/** The condition that a code of Zhipu's own stands for. */
export const conditionOfZhipu = (code: unknown): Condition | null =>
  typeof code === "string" ? (BY_ZHIPU_CODE[code] ?? null) : null;

/** The condition that a code of MiniMax's own stands for. */
export const conditionOfMinimax = (code: unknown): Condition | null => BY_MINIMAX_CODE[String(code)] ?? null;
