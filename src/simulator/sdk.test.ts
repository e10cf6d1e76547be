import { Anthropic, APIError as AnthropicError, NotFoundError as AnthropicNotFound } from "@anthropic-ai/sdk";
import { ApiError as GoogleError, GoogleGenAI } from "@google/genai";
import { Ollama } from "ollama";
import { APIError, NotFoundError, OpenAI } from "openai";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../core/clock.ts";
import { startSimulator, type Simulator } from "./server.ts";

let simulator: Simulator;
let openai: OpenAI;
let anthropic: Anthropic;
let google: GoogleGenAI;
let ollama: Ollama;

beforeAll(async () => {
  simulator = await startSimulator(
    { ttftMs: 2, tpotMs: 0.2, tokens: 8, jitter: 0, models: ["fast", "m"] },
    systemClock,
  );
  openai = new OpenAI({ apiKey: "any", baseURL: `${simulator.url}/v1`, maxRetries: 0 });
  anthropic = new Anthropic({ apiKey: "any", baseURL: simulator.url, maxRetries: 0 });
  google = googleAt(simulator.url);
  ollama = new Ollama({ host: simulator.url });
});
afterAll(() => simulator.close());

const googleAt = (baseUrl: string): GoogleGenAI => new GoogleGenAI({ apiKey: "any", httpOptions: { baseUrl } });

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

test("the official Google client reads a plain answer", async () => {
  const answer = await google.models.generateContent({ model: "m", contents: "hello you" });
  expect(answer.text).toMatch(EIGHT_WORDS);
  expect(answer.candidates?.[0]?.finishReason).toBe("STOP");
  expect(answer.usageMetadata).toMatchObject({ promptTokenCount: 3, candidatesTokenCount: 8, totalTokenCount: 11 });
});

test("the official Google client reads a stream, its usage and its length limit", async () => {
  const config = { maxOutputTokens: 5, systemInstruction: "four" };
  const stream = await google.models.generateContentStream({ model: "m", contents: "hello you", config });
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  expect(chunks.map(({ text }) => text ?? "").join("")).toMatch(/^\[simulated\]( [a-z]+){4}$/);
  expect(chunks.at(-1)?.candidates?.[0]?.finishReason).toBe("MAX_TOKENS");
  expect(chunks.at(-1)?.usageMetadata).toMatchObject({ promptTokenCount: 4, candidatesTokenCount: 5 });
});

test("the official Google client knows the error of an unknown model, and one inside a stream", async () => {
  const failed = google.models.generateContent({ model: "gone", contents: "hello" });
  await expect(failed).rejects.toBeInstanceOf(GoogleError);
  await expect(failed).rejects.toMatchObject({ status: 404 });
  const failing = await startSimulator({ tokens: 2, fail: 1, failKinds: ["stream_error"] }, systemClock);
  const readAll = async (): Promise<void> => {
    const stream = await googleAt(failing.url).models.generateContentStream({ model: "fast", contents: "hello" });
    for await (const chunk of stream) expect(chunk.candidates).toHaveLength(1);
  };
  await expect(readAll()).rejects.toThrow("internal error");
  await failing.close();
});

test("the official OpenAI client reads a plain response and a streamed one", async () => {
  const answer = await openai.responses.create({ model: "m", input: "hello you" });
  expect(answer.output_text).toMatch(EIGHT_WORDS);
  expect(answer).toMatchObject({ status: "completed", usage: { input_tokens: 3, output_tokens: 8 } });
  const streamed = await openai.responses
    .stream({ model: "m", input: messages, instructions: "four", max_output_tokens: 5 })
    .finalResponse();
  expect(streamed.output_text).toMatch(/^\[simulated\]( [a-z]+){4}$/);
  expect(streamed).toMatchObject({
    status: "incomplete",
    incomplete_details: { reason: "max_output_tokens" },
    usage: { input_tokens: 4, output_tokens: 5 },
  });
});

test("the official OpenAI client sees an error event inside a response as an error", async () => {
  const failing = await startSimulator({ tokens: 2, fail: 1, failKinds: ["stream_error"] }, systemClock);
  const client = openai.withOptions({ baseURL: `${failing.url}/v1` });
  const readAll = async (): Promise<void> => {
    const stream = await client.responses.create({ model: "fast", input: "hello", stream: true });
    for await (const event of stream) if (event.type === "error") throw new Error(event.message);
  };
  await expect(readAll()).rejects.toThrow("had an error");
  await failing.close();
});

test("the official Ollama client reads a plain answer, a stream and the models", async () => {
  const answer = await ollama.chat({ model: "m", messages });
  expect(answer.message.content).toMatch(EIGHT_WORDS);
  expect(answer).toMatchObject({ done: true, done_reason: "stop", prompt_eval_count: 3, eval_count: 8 });
  const chunks = [];
  for await (const chunk of await ollama.chat({ model: "m", messages, stream: true, options: { num_predict: 5 } })) {
    chunks.push(chunk);
  }
  expect(chunks.map(({ message }) => message.content).join("")).toMatch(/^\[simulated\]( [a-z]+){4}$/);
  expect(chunks.at(-1)).toMatchObject({ done: true, done_reason: "length", eval_count: 5 });
  expect((await ollama.list()).models.map(({ name }) => name)).toEqual(["fast", "m"]);
});
