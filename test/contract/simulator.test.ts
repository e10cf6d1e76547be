import { describe, expect, onTestFinished, test } from "vitest";
import type { ApiType } from "../../src/core/api-type.ts";
import { systemClock } from "../../src/core/clock.ts";
import type { Attempt } from "../../src/core/provider.ts";
import { apiProvider } from "../../src/providers/apis.ts";
import { exampleCall } from "../support/call.ts";
import { simulator } from "../support/servers.ts";
import { answerOf, endingOf } from "../support/wire-attempt.ts";

// Our wires against the simulator in each of its formats, over a socket. The official clients read the same simulator in
// src/simulator/sdk.test.ts, so neither side only agrees with itself.

const APIS = [
  { type: "openai", path: "/v1", finish: "length" },
  { type: "openai-responses", path: "/v1", finish: "max_output_tokens" },
  { type: "anthropic", path: "/v1", finish: "max_tokens" },
  { type: "google", path: "/v1beta", finish: "MAX_TOKENS" },
  { type: "ollama", path: "/api", finish: "length" },
] satisfies { type: ApiType; path: string; finish: string }[];

describe.each(APIS)("$type against the simulator", ({ type, path, finish }) => {
  const ask = async (url: string, stream: boolean): Promise<Attempt> => {
    const options = { name: type, baseUrl: url + path, apiKey: "any", userAgent: "test" };
    const channel = apiProvider(type, options, systemClock).openChannel();
    onTestFinished(() => channel.close());
    return channel.send(exampleCall({ request: { model: "m", prompt: "four", max_tokens: 5, stream } }));
  };

  test.each([{ stream: true }, { stream: false }])("an answer, stream: $stream", async ({ stream }) => {
    const { url } = await simulator({ ttftMs: 5, tpotMs: 1, tokens: 8, jitter: 0 });
    const attempt = await ask(url, stream);
    expect(answerOf(attempt)).toMatchObject({
      model: "m",
      content: expect.stringMatching(/^\[simulated\]( [a-z]+){4}$/),
      reasoning: null,
      finish_reason: finish,
      usage: { prompt_tokens: 1, completion_tokens: 5, total_tokens: 6 },
    });
    expect(attempt.deltasPerRead.reduce((sum, count) => sum + count, 0)).toBe(stream ? 5 : 0);
  });

  test.each([
    "rate_limited",
    "overloaded",
    "auth",
    "quota",
    "not_found",
    "context_length",
    "stream_error",
    "stream_cut",
  ])("the fault %s is a failure of that name", async (fault) => {
    const { url } = await simulator({ ttftMs: 1, tpotMs: 0, tokens: 8, fail: 1, failKinds: [fault] });
    expect(endingOf(await ask(url, true))).toBe(fault);
  });

  test("a web page in its place is malformed", async () => {
    const { url } = await simulator({ fail: 1, failKinds: ["malformed"] });
    expect([endingOf(await ask(url, true)), endingOf(await ask(url, false))]).toEqual([
      "stream_malformed",
      "stream_malformed",
    ]);
  });
});
