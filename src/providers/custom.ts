import type { Clock, Millis } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import { failure, type Failure, type FailureCode } from "../core/failure.ts";
import type { Attempt, Call, Channel, Provider } from "../core/provider.ts";
import type { ModelRequest } from "../core/request.ts";
import type { ModelResponse, Usage } from "../core/response.ts";

/** What a custom provider's function is given besides the request. */
export interface GenerateContext {
  /** Aborts on a timeout or when the run is stopped; pass it on. */
  readonly signal: AbortSignal;
  /** Call it with each piece of text as it comes, so that first-token time and gaps are measured. */
  readonly onText: (delta: string) => void;
}

/** What a custom provider's function returns; without `usage` tokens and cost are unknown. */
export interface Generated {
  readonly content: string;
  readonly usage?: Partial<Usage>;
  readonly finish_reason?: string;
  readonly model?: string;
}

/** Throw it from a custom provider to say which failure this was; anything else thrown is a `server_error`. */
export class ProviderError extends Error {
  override readonly name = "ProviderError";
  readonly code: FailureCode;
  constructor(code: FailureCode, message: string) {
    super(message);
    this.code = code;
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
): Provider {
  const channel: Channel = { send: (call) => attemptWith(generate, call, clock), close: async () => {} };
  return { name, simulated: false, openChannel: () => channel };
}

async function attemptWith(
  generate: (request: ModelRequest, context: GenerateContext) => Promise<Generated>,
  call: Call,
  clock: Clock,
): Promise<Attempt> {
  const sent = clock.now();
  const reads: Millis[] = [];
  call.observer.sent(sent);
  const onText = (delta: string): void => {
    if (delta === "" || call.signal.aborted) return;
    const at = clock.now();
    reads.push(at);
    call.observer.tokens(at);
    call.observer.text?.(delta);
  };
  const outcome = await settled(generate, call, onText);
  const first = reads[0] ?? null;
  return {
    instants: {
      connectStarted: null,
      connected: sent,
      sent,
      headers: null,
      firstByte: first,
      firstToken: first,
      firstText: first,
      lastToken: reads.at(-1) ?? null,
      done: clock.now(),
    },
    gapsMs: reads.slice(1).map((at, i) => at - (reads[i] ?? at)),
    deltasPerRead: reads.map(() => 1),
    reasoningStreamed: false,
    outcome,
    requestId: null,
    systemFingerprint: null,
    raw: null,
  };
}

const failed = (reason: Failure): Attempt["outcome"] => ({ ok: false, failure: reason, usage: null });

/** The function's outcome, or the abort's as soon as it comes: a function that ignores its signal holds up nothing. */
function settled(
  generate: (request: ModelRequest, context: GenerateContext) => Promise<Generated>,
  call: Call,
  onText: (delta: string) => void,
): Promise<Attempt["outcome"]> {
  return new Promise((resolve) => {
    const onAbort = (): void => resolve(failed(call.signal.reason as Failure));
    if (call.signal.aborted) return onAbort();
    call.signal.addEventListener("abort", onAbort, { once: true });
    Promise.resolve()
      .then(() => generate(call.request, { signal: call.signal, onText }))
      .then(
        (generated) => resolve({ ok: true, response: responseOf(generated) }),
        (error: unknown) =>
          resolve(failed(failure(error instanceof ProviderError ? error.code : "server_error", messageOf(error)))),
      )
      .finally(() => call.signal.removeEventListener("abort", onAbort));
  });
}

function responseOf(generated: Generated): ModelResponse {
  const usage = generated.usage;
  return {
    id: null,
    model: generated.model ?? null,
    content: generated.content,
    reasoning: null,
    tool_calls: null,
    finish_reason: generated.finish_reason ?? null,
    usage:
      usage === undefined
        ? null
        : {
            prompt_tokens: null,
            completion_tokens: null,
            total_tokens: null,
            reasoning_tokens: null,
            cached_tokens: null,
            cache_write_tokens: null,
            ...usage,
          },
    created_at: null,
  };
}
