import { z } from "zod";
import type { Clock } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import { failure, failureCodeSchema, type FailureCode } from "../core/failure.ts";
import { ownCopy } from "../core/own-copy.ts";
import type { Attempt, Call, Channel, Provider } from "../core/provider.ts";
import { serverTimingSchema } from "../core/response.ts";
import { looseToolCallSchema } from "./loose-tool-call.ts";
import { looseUsageSchema } from "./loose-usage.ts";

/*
 * What is no figure of its kind becomes null, or nothing where there is a word for that. Only the text of an answer must
 * be text: without it there is no answer.
 */
const figure = z.number().nonnegative().nullable().catch(null);
const instant = z.number().nullable().catch(null);
const status = z.int().nullable().catch(null);
const label = z.string().nullable().catch(null);
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? null);
const allowance = z
  .object({
    limit: figure,
    remaining: z.number().nonnegative(),
    resetsInMs: figure,
    stated: z.string().catch("a reset"),
  })
  .nullable();

const responseSchema = z.object({
  id: label,
  model: label,
  content: text,
  reasoning: text,
  tool_calls: z
    .array(looseToolCallSchema)
    .nullish()
    .transform((calls) => calls ?? null),
  finish_reason: label,
  usage: looseUsageSchema.nullable().catch(null),
  created_at: label,
  server_timing: serverTimingSchema.optional().catch(undefined),
});

const failureSchema = z.object({
  code: failureCodeSchema.catch("server_error"),
  message: z.string().catch("the provider gave no message"),
  http_status: status,
  retry_after_ms: figure,
  wait_stated: z.string().optional().catch(undefined),
  stale_connection: z.boolean().catch(false),
  reworded: z.literal(true).optional().catch(undefined),
});

const attemptSchema = z.object({
  instants: z.object({
    connectStarted: instant,
    connected: instant,
    sent: instant,
    headers: instant,
    firstByte: instant,
    firstToken: instant,
    firstText: instant,
    lastToken: instant,
    done: instant,
  }),
  gapsMs: z.array(z.number().nonnegative()).catch([]),
  deltasPerRead: z.array(z.int().positive()).catch([]),
  reasoningStreamed: z.boolean().catch(false),
  outcome: z.discriminatedUnion("ok", [
    z.object({ ok: z.literal(true), response: responseSchema }),
    z.object({ ok: z.literal(false), failure: failureSchema, usage: looseUsageSchema.nullable().catch(null) }),
  ]),
  requestId: label,
  systemFingerprint: label,
  simulated: z.literal(true).optional().catch(undefined),
  statedLimits: z.object({ requests: allowance, tokens: allowance }).optional().catch(undefined),
  raw: label,
});

/**
 * A provider of somebody else's making. What its channels answer is checked like anything that comes from outside, so
 * that it can cost a case and never the run: a channel that throws, or answers something else than an `Attempt`, is a
 * failed attempt.
 */
export function checkedProvider(provider: Provider, clock: Clock): Provider {
  const { name, bridge } = provider;
  return {
    name,
    get simulated() {
      return provider.simulated;
    },
    ...(bridge === undefined ? {} : { bridge }),
    openChannel() {
      let channel: Channel | null = null;
      return {
        async send(call) {
          try {
            channel ??= provider.openChannel();
            return attemptOf(await channel.send({ ...call, request: ownCopy(call.request) }), call, clock);
          } catch (error) {
            return failedAttempt("server_error", messageOf(error), clock);
          }
        },
        async close() {
          try {
            await channel?.close();
          } catch {
            // Everything that was asked of it is answered.
          }
        },
      };
    },
  };
}

function attemptOf(answered: unknown, { request }: Call, clock: Clock): Attempt {
  const checked = attemptSchema.safeParse(answered);
  if (!checked.success) {
    const [issue] = checked.error.issues;
    const where = issue === undefined || issue.path.length === 0 ? "its attempt" : issue.path.join(".");
    const what = `the provider of ${request.model} returned something else: ${where}: ${issue?.message ?? ""}`;
    return failedAttempt("stream_malformed", what, clock);
  }
  const { instants, outcome, simulated, ...attempt } = checked.data;
  return {
    ...attempt,
    ...(simulated === undefined ? {} : { simulated }),
    instants: { ...instants, done: instants.done ?? clock.now() },
    outcome: outcome.ok
      ? outcome
      : { ...outcome, failure: failure(outcome.failure.code, outcome.failure.message, moreOf(outcome.failure)) },
  };
}

const moreOf = ({ reworded, wait_stated, ...more }: z.infer<typeof failureSchema>): Parameters<typeof failure>[2] => ({
  ...more,
  ...(reworded === undefined ? {} : { reworded }),
  ...(wait_stated === undefined ? {} : { wait_stated }),
});

function failedAttempt(code: FailureCode, message: string, clock: Clock): Attempt {
  const never = { connectStarted: null, connected: null, sent: null, headers: null, firstByte: null };
  return {
    instants: { ...never, firstToken: null, firstText: null, lastToken: null, done: clock.now() },
    gapsMs: [],
    deltasPerRead: [],
    reasoningStreamed: false,
    outcome: { ok: false, failure: failure(code, message), usage: null },
    requestId: null,
    systemFingerprint: null,
    raw: null,
  };
}
