import { expect, it } from "vitest";
import { answering } from "../../../test/support/servers.ts";
import { exampleCall } from "../../../test/support/call.ts";
import type { ModelCall, ModelReply } from "../../../test/support/model-server.ts";
import { systemClock } from "../../core/clock.ts";
import { seededRandom } from "../../core/random.ts";
import { runCase } from "../../runner/case-run.ts";
import { openaiProvider } from "../apis.ts";

const refusing =
  (status: number, message: string) =>
  ({ body }: ModelCall): ModelReply =>
    "stream_options" in body ? { status, body: { error: { message } } } : { text: "ok" };

const providerAt = (url: string) =>
  openaiProvider({ name: "p", baseUrl: `${url}/v1`, apiKey: null, userAgent: "test" }, systemClock);

it.each([
  [400, "Unrecognized request argument supplied: stream_options"],
  [422, 'extra_forbidden: ["body","stream_options","include_usage"]'],
])("a %i that names stream_options costs no retry, is in no latency, and is met once", async (status, message) => {
  const server = await answering(refusing(status, message));
  const provider = providerAt(server.url);
  const channel = provider.openChannel();
  const failures: unknown[] = [];
  const start = systemClock.now();
  // As if the refusal had taken a minute.
  let late = 0;
  const clock = { ...systemClock, now: () => systemClock.now() + late };
  const lateFailure = (failed: unknown): void => {
    failures.push(failed);
    late += 60_000;
  };
  const ask = () =>
    runCase(
      {
        label: "p",
        provider,
        maxConcurrency: null,
        retries: 0,
        priceOf: () => null,
        highestCostOf: () => null,
        modelFor: () => "m",
        toRequest: () => ({ model: "m", prompt: "Hi", stream: true }),
        timeoutsFor: () => ({ connectMs: 10_000, firstTokenMs: null, idleMs: null, totalMs: 10_000 }),
      },
      channel,
      { testCase: { id: "t", prompt: "Hi" }, sample: 0 },
      { intended: start, ready: start, hold: null },
      {
        clock,
        random: seededRandom("s"),
        journal: { record: async () => {}, recordFailure: lateFailure },
        observe() {},
        keepRaw: false,
        place: { segment: 0, level: null },
        segmentStart: start,
        stop: new AbortController().signal,
        abandon: new AbortController().signal,
      },
    );
  const first = (await ask())?.result;
  expect(first).toMatchObject({ status: "success", attempts: 1, timing: { backoff_ms: 0 } });
  expect(first?.timing.latency_from_intended_ms).toBeLessThan(60_000);
  expect(failures).toMatchObject([{ code: "invalid_request", http_status: status, waited_ms: 0 }]);
  await ask();
  const other = provider.openChannel();
  await other.send(exampleCall());
  await Promise.all([channel.close(), other.close()]);
  expect(server.calls.map(({ body }) => "stream_options" in body)).toEqual([true, false, false, false]);
});

it("any other refusal is a failure like all others", async () => {
  const server = await answering(() => ({ status: 400, body: { error: { message: "stop is too long" } } }));
  const channel = providerAt(server.url).openChannel();
  const { outcome } = await channel.send(exampleCall());
  expect(outcome).toMatchObject({ ok: false, failure: { code: "invalid_request" } });
  expect(outcome.ok || outcome.failure.reworded).toBeUndefined();
  await channel.send(exampleCall());
  await channel.close();
  expect(server.calls.every(({ body }) => "stream_options" in body)).toBe(true);
});

it("a refusal that names what was not sent does not repeat itself forever", async () => {
  const server = await answering(() => ({ status: 400, body: { error: { message: "no stream_options here" } } }));
  const channel = providerAt(server.url).openChannel();
  const marks = [];
  for (let i = 0; i < 2; i += 1) {
    const { outcome } = await channel.send(exampleCall());
    marks.push(outcome.ok || outcome.failure.reworded);
  }
  await channel.close();
  expect(marks).toEqual([true, undefined]);
});
