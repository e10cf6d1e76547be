import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import type { TestResult } from "../../src/core/result.ts";
import { tempDir } from "../support/cli.ts";
import { runHere } from "../support/in-process.ts";
import { closedAfterTest } from "../support/servers.ts";
import { fixture, TEXT, WIRES } from "../support/wires.ts";

// Each API, from the configuration's `type` to the journal, against a server that answers in its words.

vi.setConfig({ testTimeout: 60_000 });

interface Seen {
  readonly wire: string;
  readonly path: string;
  readonly key: string;
  readonly body: Record<string, unknown>;
}

/** A server whose first path segment is the wire that it speaks. */
async function fixtureServer(): Promise<{ url: string; seen: Seen[]; close(): Promise<void> }> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const [, name = "", ...rest] = (request.url ?? "").split("/");
    const wire = WIRES.find((each) => each.name === name);
    let text = "";
    request.setEncoding("utf8").on("data", (piece: string) => (text += piece));
    request.on("end", () => {
      const body = JSON.parse(text) as Record<string, unknown>;
      const { headers } = request;
      const key = headers.authorization ?? headers["x-api-key"] ?? headers["x-goog-api-key"] ?? "";
      seen.push({ wire: name, path: `/${rest.join("/")}`, key: String(key), body });
      const streams = body["stream"] === true || request.url?.includes(":stream") === true;
      const streamed = streams ? (wire?.streams ?? null) : null;
      response.writeHead(200, { "content-type": streamed?.contentType ?? "application/json" });
      response.end(fixture(name, streamed === null ? "plain.json" : `stream.${streamed.ending}`));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

it.each([
  { how: "streamed", flags: [], stream: true },
  { how: "plain", flags: ["--no-stream"], stream: false },
])("bench runs against every API, $how", async ({ flags, stream }) => {
  const server = closedAfterTest(await fixtureServer());
  const cwd = tempDir();
  const providers = Object.fromEntries(
    WIRES.map(({ name, type }) => [
      name,
      {
        type,
        base_url: `${server.url}/${name}`,
        default_model: "m",
        api_key_env: "THE_KEY",
        prices: { input_per_million: 1_000_000, output_per_million: 2_000_000 },
      },
    ]),
  );
  writeFileSync(join(cwd, "llm-test-bench.config.json"), JSON.stringify({ providers }));
  const test_cases = [{ id: "t1", prompt: "Hi", config: { max_tokens: 9, stop: ["\n"], system: "Be terse" } }];
  writeFileSync(join(cwd, "tasks.json"), JSON.stringify({ name: "tasks", version: "1", test_cases }));
  const targets = WIRES.map(({ name }) => name).join(",");
  const { code, stderr } = await runHere(["bench", "-d", "tasks.json", "-p", targets, "-o", "out", ...flags], {
    cwd,
    env: { THE_KEY: "the-key-of-all" },
  });
  expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });

  const results = readFileSync(join(cwd, "out/results.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as TestResult);
  const priceOf = (prompt: number | null, completion: number | null): number => (prompt ?? 0) + 2 * (completion ?? 0);
  for (const of of WIRES) {
    const result = results.find(({ provider }) => provider === of.name);
    const streamed = stream && of.streams !== null;
    const { usage, ...known } = { ...of.plain, ...(streamed ? of.streamed : {}) };
    expect(result).toMatchObject({
      status: "success",
      response: { ...known, usage, content: of.type === "openai-embeddings" ? null : TEXT },
      cost_usd: priceOf(usage?.prompt_tokens ?? null, usage?.completion_tokens ?? null),
    });
    expect(result?.timing.ttft_ms === null).toBe(!streamed);
  }
  for (const { wire, key, path, body } of server.seen) {
    const of = WIRES.find(({ name }) => name === wire);
    expect(key).toMatch(/^(Bearer )?the-key-of-all$/);
    expect(path).toBe(of?.wire.path({ model: "m", prompt: "Hi", stream: stream && of.streams !== null }));
    expect(JSON.stringify(body)).toContain("Hi");
  }
  expect(server.seen.map(({ wire }) => wire).toSorted()).toEqual(WIRES.map(({ name }) => name).toSorted());
  expect(stderr).toContain("openai-embeddings:m: its API or model does not take system, max_tokens, stop: left out");
  expect(stderr).toContain("openai-responses:m: its API or model does not take stop: left out");
  expect(stderr).not.toContain("cohere-chat:m: its API");
});

it("a type that does not exist is refused with those that do", async () => {
  const cwd = tempDir();
  const providers = { x: { type: "gemini", base_url: "http://127.0.0.1:1", default_model: "m" } };
  writeFileSync(join(cwd, "llm-test-bench.config.json"), JSON.stringify({ providers }));
  const { code, stderr } = await runHere(["bench", "-d", "coding-tasks", "-p", "x", "--dry-run"], { cwd });
  expect(code).toBe(2);
  expect(stderr).toMatch(/"google".*"ollama"/s);
});
