import { Anthropic, APIError as AnthropicError, NotFoundError as AnthropicNotFound } from "@anthropic-ai/sdk";
import { APIError, NotFoundError, OpenAI } from "openai";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../core/clock.ts";
import { startSimulator, type Simulator } from "./server.ts";

let simulator: Simulator;
let openai: OpenAI;
let anthropic: Anthropic;

beforeAll(async () => {
  simulator = await startSimulator(
    { ttftMs: 2, tpotMs: 0.2, tokens: 8, jitter: 0, models: ["fast", "m"] },
    systemClock,
  );
  openai = new OpenAI({ apiKey: "any", baseURL: `${simulator.url}/v1`, maxRetries: 0 });
  anthropic = new Anthropic({ apiKey: "any", baseURL: simulator.url, maxRetries: 0 });
});
afterAll(() => simulator.close());

const messages = [{ role: "user" as const, content: "hello you" }];
const EIGHT_WORDS = /^\[simulated\]( [a-z]+){7}$/;

test("the official OpenAI client reads a plain answer", async () => {
  const answer = await openai.chat.completions.create({ model: "m", messages });
  expect(answer.choices[0]?.message.content).toMatch(EIGHT_WORDS);
  expect(answer.choices[0]?.finish_reason).toBe("stop");
  expect(answer.usage).toMatchObject({ prompt_tokens: 3, completion_tokens: 8, total_tokens: 11 });
});

test("the official OpenAI client reads a stream, its usage and its length limit", async () => {
  const chunks = [];
  const stream = await openai.chat.completions.create({
    model: "m",
    messages,
    max_completion_tokens: 5,
    stream: true,
    stream_options: { include_usage: true },
  });
  for await (const chunk of stream) chunks.push(chunk);
  expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join("")).toMatch(/^\[simulated\]( [a-z]+){4}$/);
  expect(chunks[0]?.choices[0]?.delta).toMatchObject({ role: "assistant", content: "" });
  expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe("length");
  expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 5 } });
});

test("the official OpenAI client puts a stream together", async () => {
  const stream = openai.chat.completions.stream({ model: "m", messages, stream_options: { include_usage: true } });
  const answer = await stream.finalChatCompletion();
  expect(answer.choices[0]?.message.content).toMatch(EIGHT_WORDS);
  expect(answer.usage).toMatchObject({ completion_tokens: 8 });
});

test("the official OpenAI client knows the error of an unknown model", async () => {
  const failed = openai.chat.completions.create({ model: "gone", messages });
  await expect(failed).rejects.toBeInstanceOf(NotFoundError);
  await expect(failed).rejects.toMatchObject({ code: "model_not_found", requestID: expect.stringMatching(/^req_/) });
});

test("the official Anthropic client reads a plain answer", async () => {
  const answer = await anthropic.messages.create({ model: "m", messages, max_tokens: 100 });
  expect(answer.content).toEqual([{ type: "text", text: expect.stringMatching(EIGHT_WORDS) }]);
  expect(answer.stop_reason).toBe("end_turn");
  expect(answer.usage).toMatchObject({ input_tokens: 3, output_tokens: 8 });
});

test("the official Anthropic client puts a stream together, with its usage and its length limit", async () => {
  const answer = await anthropic.messages.stream({ model: "m", messages, max_tokens: 5 }).finalMessage();
  expect(answer.content).toMatchObject([{ type: "text", text: expect.stringMatching(/^\[simulated\]( [a-z]+){4}$/) }]);
  expect(answer.stop_reason).toBe("max_tokens");
  expect(answer.usage).toMatchObject({ input_tokens: 3, output_tokens: 5 });
});

test("the official Anthropic client knows the error of an unknown model", async () => {
  const failed = anthropic.messages.create({ model: "gone", messages, max_tokens: 5 });
  await expect(failed).rejects.toBeInstanceOf(AnthropicNotFound);
  await expect(failed).rejects.toMatchObject({
    error: { type: "error", error: { type: "not_found_error" } },
    requestID: expect.stringMatching(/^req_/),
  });
});

test("both clients list the models", async () => {
  expect((await openai.models.list()).data.map(({ id }) => id)).toEqual(["fast", "m"]);
  expect((await anthropic.models.list()).data.map(({ id }) => id)).toEqual(["fast", "m"]);
});

test("both clients see an error event inside a stream as an error", async () => {
  const failing = await startSimulator({ tokens: 2, fail: 1, failKinds: ["stream_error"] }, systemClock);
  const stream = await openai
    .withOptions({ baseURL: `${failing.url}/v1` })
    .chat.completions.create({ model: "fast", messages, stream: true });
  const readAll = async (): Promise<void> => {
    for await (const chunk of stream) expect(chunk.object).toBe("chat.completion.chunk");
  };
  await expect(readAll()).rejects.toBeInstanceOf(APIError);
  const client = anthropic.withOptions({ baseURL: failing.url });
  const message = client.messages.stream({ model: "fast", messages, max_tokens: 9 }).finalMessage();
  await expect(message).rejects.toBeInstanceOf(AnthropicError);
  await failing.close();
});
