import type { Millis } from "../core/clock.ts";
import type { Attempt } from "../core/provider.ts";
import type { ModelRequest } from "../core/request.ts";
import { LONGEST_STATED_WAIT_MS, type OwnLimits } from "../core/rate-limits.ts";
import { Quota, type Taken } from "./quota.ts";
import { ServerQuota } from "./server-quota.ts";

/** Leave to make one attempt. */
export interface Pass {
  /** How many had left before it, and the tokens they were taken to need. */
  readonly requestsBefore: number;
  readonly tokensBefore: number;
  readonly tokens: number;
  readonly takenTokens: Taken | null;
}

/**
 * When the next attempt at a target may leave: its own limits, what the server says is left of its limits, and the
 * pause that a 429 asked for, which holds the whole target. Decides only: instants come in, and no timer is set.
 */
export class Limiter {
  readonly #requests: Quota | null;
  readonly #tokens: Quota | null;
  readonly #serverRequests: ServerQuota;
  readonly #serverTokens: ServerQuota;
  #heldUntil: Millis = 0;
  #left = 0;
  #tokensLeft = 0;
  #lastTold = -1;
  /** Answers with a known length, and their tokens. */
  #answers = 0;
  #answerTokens = 0;

  /** `ignored` hears, each time, by which name and value a server asked for a longer wait than anyone waits. */
  constructor({ requestsPerMinute, tokensPerMinute }: OwnLimits, ignored: (stated: string) => void = () => {}) {
    this.#serverRequests = new ServerQuota(ignored);
    this.#serverTokens = new ServerQuota(ignored);
    this.#requests = requestsPerMinute === null ? null : new Quota(requestsPerMinute);
    this.#tokens = tokensPerMinute === null ? null : new Quota(tokensPerMinute);
  }

  /** How long from now an attempt must wait, in milliseconds; 0 when it may leave. */
  waitMs(request: ModelRequest, now: Millis): Millis {
    const tokens = this.#estimate(request);
    return Math.max(
      0,
      this.#heldUntil - now,
      this.#requests?.waitMs(1, now) ?? 0,
      this.#tokens?.waitMs(tokens, now) ?? 0,
      this.#serverRequests.waitMs(1, now),
      this.#serverTokens.waitMs(tokens, now),
    );
  }

  /** An attempt leaves. */
  leave(request: ModelRequest, now: Millis): Pass {
    const tokens = this.#estimate(request);
    this.#requests?.take(1, now);
    this.#serverRequests.take(1);
    this.#serverTokens.take(tokens);
    const pass = {
      requestsBefore: this.#left,
      tokensBefore: this.#tokensLeft,
      tokens,
      takenTokens: this.#tokens?.take(tokens, now) ?? null,
    };
    this.#left += 1;
    this.#tokensLeft += tokens;
    return pass;
  }

  /** Takes how an attempt went: what it used, what the server said, how long it asks everyone to wait. */
  ended(pass: Pass, { outcome, statedLimits, instants }: Attempt, now: Millis): void {
    this.#correct(pass, outcome, now);
    // What was said of an earlier request is older news, whenever it comes.
    if (statedLimits !== undefined && pass.requestsBefore > this.#lastTold) {
      this.#lastTold = pass.requestsBefore;
      const requestsSince = this.#left - pass.requestsBefore - 1;
      const tokensSince = this.#tokensLeft - pass.tokensBefore - pass.tokens;
      const saidAt = instants.headers ?? now;
      if (statedLimits.requests !== null) this.#serverRequests.told(statedLimits.requests, requestsSince, saidAt);
      if (statedLimits.tokens !== null) this.#serverTokens.told(statedLimits.tokens, tokensSince, saidAt);
    }
    if (outcome.ok || outcome.failure.code !== "rate_limited") return;
    const pauseMs = outcome.failure.retry_after_ms ?? 0;
    if (pauseMs <= LONGEST_STATED_WAIT_MS) this.#heldUntil = Math.max(this.#heldUntil, now + pauseMs);
  }

  #correct({ tokens, takenTokens }: Pass, outcome: Attempt["outcome"], now: Millis): void {
    const usage = outcome.ok ? outcome.response.usage : outcome.usage;
    const completion = usage?.completion_tokens ?? null;
    if (completion !== null) {
      this.#answers += 1;
      this.#answerTokens += completion;
    }
    if (takenTokens === null) return;
    const refused = !outcome.ok && (outcome.failure.http_status ?? 0) >= 400;
    this.#tokens?.correct(takenTokens, usage?.total_tokens ?? (refused ? 0 : tokens), now);
  }

  /** A token is about four characters; an answer is as long as it may be, else as long as they were so far. */
  #estimate({ prompt, system = "", max_tokens }: ModelRequest): number {
    const mean = this.#answers === 0 ? UNKNOWN_ANSWER_TOKENS : this.#answerTokens / this.#answers;
    return Math.ceil((prompt.length + system.length) / 4 + (max_tokens ?? mean));
  }
}

/** Taken for an answer's length until one has come. */
const UNKNOWN_ANSWER_TOKENS = 256;
