import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { exampleCall } from "../../test/support/call.ts";
import type { ModelCall } from "../../test/support/model-server.ts";
import { proxyServer } from "../../test/support/proxy-server.ts";
import { answering } from "../../test/support/servers.ts";
import { PRESETS, type PresetName } from "../config/presets.ts";
import { Dataset } from "./dataset.ts";
import { BenchmarkRunner } from "./benchmark-runner.ts";
import { providers } from "./providers.ts";
import type { BenchTarget } from "../benchmark/targets.ts";

const KEY = "a-key-of-this-test";
let directory: string;
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), "providers-"))));
afterEach(() => rmSync(directory, { recursive: true }));

async function sentBy(target: BenchTarget, calls: readonly ModelCall[]): Promise<ModelCall> {
  const channel = target.provider.openChannel();
  await channel.send(
    exampleCall({ request: { model: target.model, prompt: "Hi", stream: true, seed: 7, max_tokens: 9 } }),
  );
  await channel.close();
  const call = calls.at(-1);
  if (call === undefined) throw new Error("nothing was sent");
  return call;
}

describe("providers.preset", () => {
  const ROWS: readonly (readonly [PresetName, string, string, object])[] = [
    ["groq", "/openai/v1", "/openai/v1/chat/completions", { stream_options: { include_usage: true }, max_tokens: 9 }],
    ["mistral", "", "/v1/chat/completions", { random_seed: 7 }],
    ["cerebras", "", "/v1/chat/completions", { max_completion_tokens: 9 }],
    ["perplexity", "", "/chat/completions", { model: "m" }],
    ["google", "", "/v1beta/models/m:streamGenerateContent?alt=sse", { generationConfig: { maxOutputTokens: 9 } }],
    ["ollama", "", "/api/chat", { options: { num_predict: 9 } }],
    ["azure", "", "/openai/deployments/m/chat/completions?api-version=2025-01-01", { max_completion_tokens: 9 }],
  ];

  it.each(ROWS)("%s is asked at its path, in its words, with its key", async (name, at, path, body) => {
    const server = await answering(() => ({ text: "ok" }));
    const options = { apiKey: KEY, baseUrl: server.url + at, model: "m", apiVersion: "2025-01-01" };
    const target = await providers.preset(name, options);
    const call = await sentBy(target, server.calls);
    expect(call.path).toBe(path);
    expect(call.body).toMatchObject(body);
    expect(JSON.stringify(call.headers)).toContain(KEY);
    expect(target).toMatchObject({ label: `${name}:m`, model: "m", secrets: [KEY] });
  });

  it.each(Object.entries(PRESETS))("%s has its own address unless another is given", async (name, { baseUrl }) => {
    const made = providers.preset(name as PresetName, { apiKey: null, model: "m" });
    if (baseUrl === null) await expect(made).rejects.toMatchObject({ code: "config" });
    else expect((await made).baseUrl).toBe(baseUrl);
  });

  it("prices what the data know", async () => {
    const target = await providers.preset("groq", { apiKey: null, model: "llama-3.3-70b-versatile" });
    expect(target.priceOf).not.toBeNull();
    expect((await providers.preset("nvidia", { apiKey: null, model: "m" })).priceOf).toBeNull();
  });

  it("says what is missing or not known", async () => {
    await expect(providers.preset("groq", { apiKey: null })).rejects.toMatchObject({ code: "usage" });
    const unknown = providers.preset("grok" as PresetName, { apiKey: null, model: "m" });
    await expect(unknown).rejects.toMatchObject({ code: "usage", hint: expect.stringContaining("xai") });
  });
});

it("providers.api asks any server in the words of an API, with the quirks of its address", async () => {
  const server = await answering(() => ({ text: "ok" }));
  const target = await providers.api("openai-responses", {
    name: "mine",
    apiKey: KEY,
    baseUrl: server.url,
    model: "m",
  });
  const call = await sentBy(target, server.calls);
  expect([target.label, call.path]).toEqual(["mine:m", "/v1/responses"]);
  expect(call.body).toMatchObject({ model: "m", max_output_tokens: 9 });
});

it("what an API does not take is said or refused in the library as well", async () => {
  const server = await answering(() => ({ text: "ok" }));
  const target = await providers.anthropic({ apiKey: KEY, baseUrl: server.url });
  const warnings: string[] = [];
  const runner = new BenchmarkRunner({
    directory: join(directory, "run"),
    parameters: { seed: 1 },
    limit: 1,
  });
  await runner.run(await Dataset.load("coding-tasks"), target, { onWarning: (text) => warnings.push(text) });
  expect(warnings.join("\n")).toContain("its API or model does not take seed: left out");
});

it("run.json says which proxy a target was reached through, without its user", async () => {
  const server = await answering(() => ({ text: "ok" }));
  const proxy = await proxyServer({
    port: Number(new URL(server.url).port),
    wants: `Basic ${btoa("user:secret-of-proxy")}`,
  });
  const network = {
    proxy: { url: proxy.url, authorization: `Basic ${btoa("user:secret-of-proxy")}`, source: "this test" },
    ca: null,
  };
  const target = await providers.api("openai", { apiKey: KEY, baseUrl: "http://api.test", model: "m", network });
  const runner = new BenchmarkRunner({ directory: join(directory, "run"), limit: 1 });
  const { summary } = await runner.run(await Dataset.load("coding-tasks"), target);
  expect([summary.succeeded, proxy.requests.length]).toEqual([1, 1]);
  const text = readFileSync(join(directory, "run/run.json"), "utf8");
  expect(JSON.parse(text)).toMatchObject({ segments: [{ proxies: [{ target: "openai:m", proxy: proxy.url }] }] });
  expect(text).not.toContain("secret-of");
  expect(text).not.toContain(btoa("user:secret-of-proxy").slice(0, 10));
});
