import { expect, it } from "vitest";
import { exampleCall } from "../../test/support/call.ts";
import { fakeClock } from "../../test/support/fake-clock.ts";
import { finish, memoryJournal, scripted, start, targetOf } from "../../test/support/scripted-run.ts";
import type { Attempt, Channel, Provider } from "../core/provider.ts";
import { decodeResult, encodeLine } from "../journal/line.ts";
import { checkedProvider } from "./checked-provider.ts";

const never = { connectStarted: null, connected: null, sent: 0, headers: null, firstByte: null };
const attempt = {
  instants: { ...never, firstToken: null, firstText: null, lastToken: null, done: 5 },
  gapsMs: [1],
  deltasPerRead: [1, 1],
  reasoningStreamed: false,
  outcome: {
    ok: true,
    response: {
      id: null,
      model: null,
      content: "x",
      reasoning: null,
      tool_calls: null,
      finish_reason: "stop",
      usage: null,
      created_at: null,
    },
  },
  requestId: null,
  systemFingerprint: null,
  raw: null,
} satisfies Attempt;

const answering = (answer: unknown): Provider => ({
  name: "mine",
  simulated: false,
  openChannel: () => ({ send: async () => answer as Attempt, close: async () => {} }),
});

const outcomeOf = async (provider: Provider): Promise<Attempt["outcome"]> => {
  const { outcome } = await checkedProvider(provider, fakeClock()).openChannel().send(exampleCall());
  return outcome;
};

it("passes a sound attempt on as it is", async () => {
  const { outcome } = attempt;
  const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3, modality_tokens: { prompt_audio: 1 } };
  const counts = { ...usage, reasoning_tokens: null, cached_tokens: null, cache_write_tokens: null };
  const server_timing = { load_ms: 1, prompt_ms: null, output_ms: 2, total_ms: 3 };
  const whole = {
    ...attempt,
    outcome: { ...outcome, response: { ...outcome.response, usage: counts, server_timing } },
    simulated: true,
    statedLimits: { requests: { limit: 1, remaining: 0, resetsInMs: 5, stated: "a: 5ms" }, tokens: null },
  };
  for (const sent of [attempt, whole]) {
    const provider = checkedProvider(answering(sent), fakeClock());
    expect(await provider.openChannel().send(exampleCall())).toEqual(sent);
  }
});

it.each([
  ["nothing", undefined],
  ["no outcome", { ...attempt, outcome: undefined }],
  ["an answer without text", { ...attempt, outcome: { ok: true, response: { content: 5 } } }],
  ["a tool call of another shape", { ...attempt, outcome: { ok: true, response: { tool_calls: [{ n: 1n }] } } }],
])("takes %s for a failed attempt", async (_, answer) => {
  expect(await outcomeOf(answering(answer))).toMatchObject({ ok: false, failure: { code: "stream_malformed" } });
});

it("takes what a channel throws for a failed attempt, and a channel that does not open, too", async () => {
  const throwing: Channel = { send: () => Promise.reject(new Error("oops")), close: () => Promise.reject(new Error()) };
  const thrown = { ok: false, failure: { code: "server_error", message: "oops" } };
  expect(await outcomeOf({ name: "a", simulated: false, openChannel: () => throwing })).toMatchObject(thrown);
  const shut = (): Channel => {
    throw new Error("oops");
  };
  expect(await outcomeOf({ name: "a", simulated: false, openChannel: shut })).toMatchObject(thrown);
  await checkedProvider({ name: "a", simulated: false, openChannel: () => throwing }, fakeClock())
    .openChannel()
    .close();
});

it("knows no figure that is none, and keeps the answer", async () => {
  const response = {
    content: "x",
    usage: { prompt_tokens: -1, completion_tokens: 2.5, cached_tokens: 2 ** 53, stated_cost_usd: NaN },
  };
  const odd = { ...attempt, instants: { done: NaN }, gapsMs: [NaN], outcome: { ok: true, response } };
  const clock = fakeClock();
  const answered = await checkedProvider(answering(odd), clock).openChannel().send(exampleCall());
  expect(answered).toMatchObject({ instants: { sent: null, done: clock.now() }, gapsMs: [] });
  expect(answered.outcome).toMatchObject({
    response: { content: "x", usage: { prompt_tokens: null, completion_tokens: null, cached_tokens: null } },
  });
});

it.each([
  { code: "no_such_code" },
  { http_status: 500.5 },
  { retry_after_ms: NaN },
  { retry_after_ms: -1 },
  { message: 5 },
])("a failure with %j ends the case and not the run", async (odd) => {
  const clock = fakeClock();
  const reported = { code: "overloaded", message: "busy", http_status: 503, retry_after_ms: 5, ...odd };
  const failing = answering({ ...attempt, outcome: { ok: false, failure: reported, usage: null } });
  const journal = memoryJournal();
  const targets = [
    targetOf(checkedProvider(failing, clock), { retries: 1 }),
    targetOf(
      scripted(clock, () => ({ ms: 5 })),
      { label: "b" },
    ),
  ];
  await finish(clock, start(clock, targets, { cases: 2 }, {}, journal));
  expect(journal.results.map(({ target, status }) => `${target} ${status}`).toSorted()).toEqual([
    "a failure",
    "a failure",
    "b success",
    "b success",
  ]);
  for (const result of journal.results) {
    expect(decodeResult(Buffer.from(encodeLine(result).trimEnd())).ok).toBe(true);
  }
});
