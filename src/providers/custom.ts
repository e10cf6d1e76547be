import { z } from "zod";
import type { Bridge } from "../core/bridge.ts";
import type { Clock, Millis } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import { failure, failureCodeSchema, type Failure, type FailureCode } from "../core/failure.ts";
import { ownCopy } from "../core/own-copy.ts";
import type { Attempt, Call, Channel, Provider } from "../core/provider.ts";
import type { ModelRequest } from "../core/request.ts";
import { usageSchema, type ModelResponse, type Usage } from "../core/response.ts";
import { clientFailure } from "./bridges/client-failure.ts";
import { looseToolCallSchema } from "./loose-tool-call.ts";
import { looseUsageSchema } from "./loose-usage.ts";
import { tidyMessage } from "./wire/failures.ts";
import { finishReasonIn, gaveUpBy } from "./wire/finish-reasons.ts";
import { isFields } from "./wire/fields.ts";
import { usageOf } from "./wire/usage.ts";

/** What a custom provider's function is given besides the request. */
export interface GenerateContext {
  /** Aborts on a timeout or when the run is stopped; pass it on. */
  readonly signal: AbortSignal;
  /** Call it with each piece of text as it comes, so that first-token time and gaps are measured. */
  readonly onText: (delta: string) => void;
  /** The same for reasoning that comes before the text. */
  readonly onReasoning: (delta: string) => void;
  /** Tell what is odd about a request but no failure, such as an option that is left out. A run shows each once. */
  readonly onWarning: (message: string) => void;
}

const generatedSchema = z.object({
  content: z.string(),
  usage: looseUsageSchema.partial().optional().catch(undefined),
  finish_reason: z.string().optional(),
  model: z.string().optional(),
  /** Whether a simulator made it; the target is then labelled so. */
  simulated: z.boolean().optional(),
  reasoning: z.string().optional(),
  tool_calls: z.array(looseToolCallSchema).optional(),
});
/** What a custom provider's function returns; without `usage` tokens and cost are unknown. */
export type Generated = z.infer<typeof generatedSchema>;

/**
 * Throw it from a custom provider to say which failure this was. Of anything else thrown, what Node says of a network is
 * read off its causes (`refused`, `dns`, `tls`, `connection`); the rest is a `server_error`.
 *
 * @example
 * const strict = providers.custom(
 *   "strict",
 *   async ({ prompt }) => {
 *     if (prompt.length > 1000) throw new ProviderError("context_length", "at most 1000 characters");
 *     return { content: prompt };
 *   },
 *   { model: "strict-1" },
 * );
 */
export class ProviderError extends Error {
  override readonly name = "ProviderError";
  readonly code: FailureCode;
  /** What the server answered with; null where that is unknown. */
  readonly httpStatus: number | null;
  /** How long the server asks to wait before the next attempt, in milliseconds. */
  readonly retryAfterMs: number | null;
  /** The name and value that said so, as the server put them: `retry-after: 20`. */
  readonly waitStated: string | undefined;
  constructor(
    code: FailureCode,
    message: string,
    more: {
      readonly httpStatus?: number | null;
      readonly retryAfterMs?: number | null;
      readonly waitStated?: string;
    } = {},
  ) {
    super(message);
    this.code = code;
    const { httpStatus = null, retryAfterMs = null } = more;
    this.waitStated = more.waitStated;
    this.httpStatus = Number.isSafeInteger(httpStatus) ? httpStatus : null;
    this.retryAfterMs = Number.isFinite(retryAfterMs) && Number(retryAfterMs) >= 0 ? retryAfterMs : null;
  }
}

/**
 * A provider made of one function: for whatever has no built-in one. Times are taken around the function,
 * so they include whatever client it uses.
 *
 * @example
 * const echo = customProvider("echo", async (request) => ({ content: request.prompt }), systemClock);
 */
export function customProvider(
  name: string,
  generate: (request: ModelRequest, context: GenerateContext) => Promise<Generated>,
  clock: Clock,
  bridge?: Bridge,
): Provider {
  let simulated = false;
  const told = async (request: ModelRequest, context: GenerateContext): Promise<Generated> => {
    const generated = await generate(request, context);
    // It is not checked yet: a module in JavaScript may return anything.
    const said = (generated as Partial<Generated> | null | undefined)?.simulated;
    simulated ||= said === true;
    return generated;
  };
  const channel: Channel = { send: (call) => attemptWith(told, call, clock), close: async () => {} };
  return {
    name,
    get simulated() {
      return simulated;
    },
    ...(bridge === undefined ? {} : { bridge }),
    openChannel: () => channel,
  };
}

async function attemptWith(
  generate: (request: ModelRequest, context: GenerateContext) => Promise<Generated>,
  call: Call,
  clock: Clock,
): Promise<Attempt> {
  // What the function does to its request reaches no other case, and not the run's own record.
  const request = ownCopy(call.request);
  const sent = clock.now();
  const reads: Millis[] = [];
  call.observer.sent(sent);
  let firstText: Millis | null = null;
  let reasoned = false;
  const came = (delta: string): Millis | null => {
    if (delta === "" || call.signal.aborted) return null;
    const at = clock.now();
    reads.push(at);
    call.observer.tokens(at);
    return at;
  };
  const onText = (delta: string): void => {
    const at = came(delta);
    if (at === null) return;
    firstText ??= at;
    call.observer.text?.(delta);
  };
  const onReasoning = (delta: string): void => {
    if (came(delta) === null) return;
    reasoned = true;
    call.observer.reasoning?.(delta);
  };
  const onWarning = (message: unknown): void => call.observer.warning?.(tidyMessage(String(message)));
  const outcome = await settled((context) => generate(request, context), call, {
    signal: call.signal,
    onText,
    onReasoning,
    onWarning,
  });
  const first = reads[0] ?? null;
  return {
    instants: {
      connectStarted: null,
      connected: sent,
      sent,
      headers: null,
      firstByte: first,
      firstToken: first,
      firstText,
      lastToken: reads.at(-1) ?? null,
      done: clock.now(),
    },
    gapsMs: reads.slice(1).map((at, i) => at - (reads[i] ?? at)),
    deltasPerRead: reads.map(() => 1),
    reasoningStreamed: reasoned,
    outcome,
    requestId: null,
    systemFingerprint: null,
    raw: null,
  };
}

const failed = (reason: Failure): Attempt["outcome"] => ({ ok: false, failure: reason, usage: null });

/** The function's outcome, or the abort's as soon as it comes: a function that ignores its signal holds up nothing. */
function settled(
  generate: (context: GenerateContext) => Promise<Generated>,
  call: Call,
  context: GenerateContext,
): Promise<Attempt["outcome"]> {
  return new Promise((resolve) => {
    const onAbort = (): void => resolve(failed(call.signal.reason as Failure));
    if (call.signal.aborted) return onAbort();
    call.signal.addEventListener("abort", onAbort, { once: true });
    Promise.resolve()
      .then(() => generate(context))
      .then(
        (generated) => resolve(outcomeOf(generated, context.onWarning)),
        (error: unknown) => resolve(failed(failureOf(error))),
      )
      .finally(() => call.signal.removeEventListener("abort", onAbort));
  });
}

function failureOf(error: unknown): Failure {
  if (!(error instanceof ProviderError)) {
    const { code, message, ...more } = clientFailure(error) ?? { code: "server_error", message: messageOf(error) };
    return failure(code, message, more);
  }
  // A module in JavaScript may name a code that there is not.
  const code = failureCodeSchema.safeParse(error.code);
  return failure(code.success ? code.data : "server_error", error.message, {
    http_status: error.httpStatus,
    retry_after_ms: error.retryAfterMs,
    ...(error.waitStated === undefined ? {} : { wait_stated: error.waitStated }),
  });
}

/** What of a usage is no figure, in words: the answer is taken without it. */
function wrongFigures(generated: unknown): string[] {
  const usage = isFields(generated) ? generated["usage"] : undefined;
  if (usage === undefined || usage === null) return [];
  if (!isFields(usage)) return ["its usage is not an object, and is left out"];
  return Object.entries(usage)
    .filter(([name, value]) => name in usageSchema.shape && value !== undefined && value !== null)
    .filter(([name, value]) => !usageSchema.partial().safeParse({ [name]: value }).success)
    .map(([name]) => `its usage.${name} is not a valid figure, and is left out`);
}

/** The function is the user's own: what it returns is checked like anything else that comes from outside. */
function outcomeOf(generated: unknown, warn: (message: string) => void): Attempt["outcome"] {
  for (const problem of wrongFigures(generated)) warn(problem);
  const checked = generatedSchema.safeParse(generated);
  if (checked.success) {
    const response = responseOf(checked.data);
    const gaveUp = gaveUpBy(response.finish_reason);
    if (gaveUp === null) return { ok: true, response };
    return { ok: false, failure: failure(gaveUp.code, gaveUp.message), usage: response.usage };
  }
  const [issue] = checked.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? "its result" : issue.path.join(".");
  return failed(
    failure("stream_malformed", `the provider's function returned something else: ${where}: ${issue?.message ?? ""}`),
  );
}

function responseOf({ content, usage, finish_reason, model, reasoning, tool_calls }: Generated): ModelResponse {
  return {
    id: null,
    model: model ?? null,
    content,
    reasoning: reasoning ?? null,
    tool_calls: tool_calls ?? null,
    finish_reason: finishReasonIn(finish_reason),
    usage: usage === undefined ? null : usageIn(usage),
    created_at: null,
  };
}

function usageIn(usage: NonNullable<Generated["usage"]>): Usage {
  const { prompt_tokens: prompt = null, completion_tokens: completion = null, total_tokens: total = null } = usage;
  const said = usageOf({
    prompt,
    completion,
    total: completion === null ? null : total,
    reasoning: usage.reasoning_tokens ?? null,
    cached: usage.cached_tokens ?? null,
    cacheWrite: usage.cache_write_tokens ?? null,
    modalities: usage.modality_tokens ?? {},
    webSearches: usage.web_searches ?? null,
    unpriced: usage.unpriced ?? null,
    statedCostUsd: usage.stated_cost_usd ?? null,
  });
  // An embedding has no completion; its total says so.
  return completion === null ? { ...said, total_tokens: total } : said;
}
