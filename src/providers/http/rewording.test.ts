import { describe, expect, it } from "vitest";
import { answering } from "../../../test/support/servers.ts";
import { exampleCall } from "../../../test/support/call.ts";
import type { ModelCall, ModelReply } from "../../../test/support/model-server.ts";
import { systemClock } from "../../core/clock.ts";
import { seededRandom } from "../../core/random.ts";
import { runCase } from "../../runner/case-run.ts";
import { API_TYPES } from "../../core/api-type.ts";
import { apiProvider, openaiProvider } from "../apis.ts";

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

describe("a parameter that a model refuses", () => {
  const REFUSED = "Unsupported parameter: 'temperature' is not supported with this model.";
  /** The same words in the shape of each API; the simplest ones are those that gateways send for all of them. */
  const BODIES = [
    { error: { message: REFUSED, type: "invalid_request_error" } },
    { message: REFUSED },
    { error: REFUSED },
  ];
  const namesTemperature = (body: object): boolean => JSON.stringify(body).includes("temperature");
  const request = { model: "m", prompt: "Hi", stream: true, temperature: 0, max_tokens: 7 };

  it.each(API_TYPES.filter((type) => type !== "openai-embeddings"))("is left out from then on by %s", async (type) => {
    for (const body of BODIES) {
      const server = await answering((call) =>
        namesTemperature(call.body) ? { status: 400, body } : { status: 500, body: { error: { message: "sent on" } } },
      );
      const options = { name: "p", baseUrl: `${server.url}/v1`, apiKey: null, userAgent: "test" };
      const channel = apiProvider(type, options, systemClock).openChannel();
      const said: string[] = [];
      const observer = { sent() {}, tokens() {}, adapted: (message: string) => void said.push(message) };
      const first = await channel.send(exampleCall({ request, observer }));
      expect(first.outcome).toMatchObject({ failure: { reworded: true } });
      await channel.send(exampleCall({ request, observer }));
      await channel.send(exampleCall({ request: { ...request, model: "another" }, observer }));
      await channel.close();
      expect(server.calls.map(({ body: sent }) => namesTemperature(sent))).toEqual([true, false, true]);
      expect(server.calls.every(({ body: sent }) => JSON.stringify(sent).includes("7"))).toBe(true);
      expect(said).toEqual(
        ["m", "another"].map((model) =>
          expect.stringMatching(`^${model} does not take temperature: left out from here on .*${REFUSED}`),
        ),
      );
    }
  });

  it("ends in the refusal when it is refused in another's place", async () => {
    const server = await answering(() => ({ status: 400, body: BODIES[0] }));
    const channel = providerAt(server.url).openChannel();
    const marks = [];
    for (let i = 0; i < 3; i += 1) {
      const { outcome } = await channel.send(exampleCall({ request }));
      marks.push(outcome.ok || outcome.failure.reworded);
    }
    await channel.close();
    expect(marks).toEqual([true, undefined, undefined]);
  });

  it("goes by its other name where it is a limit, which is never left out", async () => {
    for (const [refused, taken] of [
      ["max_tokens", "max_completion_tokens"],
      ["max_completion_tokens", "max_tokens"],
    ] as const) {
      const message = `Unsupported parameter: '${refused}' is not supported with this model. Use '${taken}' instead.`;
      const server = await answering(({ body }) =>
        refused in body ? { status: 400, body: { error: { message } } } : { text: "ok" },
      );
      const quirks = { maxTokensField: refused };
      const options = { name: "p", baseUrl: `${server.url}/v1`, apiKey: null, userAgent: "test", quirks };
      const channel = openaiProvider(options, systemClock).openChannel();
      expect((await channel.send(exampleCall({ request }))).outcome).toMatchObject({ failure: { reworded: true } });
      expect((await channel.send(exampleCall({ request }))).outcome.ok).toBe(true);
      await channel.close();
      expect(server.calls.map(({ body }) => [body[refused], body[taken]])).toEqual([
        [7, undefined],
        [undefined, 7],
      ]);
    }
  });
});
