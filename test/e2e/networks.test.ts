import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import type { TestResult } from "../../src/core/result.ts";
import { tempDir, type CliResult } from "../support/cli.ts";
import { runHere } from "../support/in-process.ts";
import { COMPLETION } from "../support/openai-channel.ts";
import { proxyServer } from "../support/proxy-server.ts";
import { plainResponse, rawServer } from "../support/raw-server.ts";
import { answering, closedAfterTest } from "../support/servers.ts";
import { certificateFile, tlsServer } from "../support/tls-files.ts";

// Several processes a test, on a machine that may be busy with others.
vi.setConfig({ testTimeout: 60_000 });

const KEY = "sk-key-of-this-test";
const PASSWORD = "pass word-of-proxy";

interface Run extends CliResult {
  readonly results: readonly TestResult[];
  /** Everything that the run wrote. */
  readonly written: string;
}

/** One plain request to a provider of this configuration. */
async function bench(provider: object, env: Readonly<Record<string, string>> = {}): Promise<Run> {
  const cwd = tempDir();
  const test_cases = [{ id: "t", prompt: "Hi" }];
  writeFileSync(join(cwd, "d.json"), JSON.stringify({ name: "d", version: "1", test_cases }));
  writeFileSync(join(cwd, "key.txt"), `${KEY}\n`);
  const local = { type: "openai", default_model: "m", api_key_file: "key.txt", ...provider };
  writeFileSync(join(cwd, "llm-test-bench.config.json"), JSON.stringify({ providers: { local } }));
  const args = ["bench", "-d", "d.json", "-p", "local", "-o", "out", "--no-stream", "--retries", "0"];
  const result = await runHere(args, { cwd, env });
  const files = readdirSync(cwd).includes("out") ? readdirSync(join(cwd, "out")) : [];
  const texts = files.map((name) => readFileSync(join(cwd, "out", name), "utf8"));
  const journal = files.includes("results.jsonl") ? readFileSync(join(cwd, "out/results.jsonl"), "utf8").trim() : "";
  const results = journal === "" ? [] : journal.split("\n").map((line) => JSON.parse(line) as TestResult);
  return { ...result, results, written: [...texts, result.stdout, result.stderr].join("\n") };
}

/** Nothing of these stands in anything that was written. */
function expectSilence({ written }: Run): void {
  for (const secret of [KEY, PASSWORD, encodeURIComponent(PASSWORD), btoa(`user:${PASSWORD}`)]) {
    expect(written).not.toContain(secret);
  }
}

describe("bench", () => {
  it("goes through HTTPS_PROXY with a ca_file and a key from a file, and writes none of its secrets", async () => {
    const port = await tlsServer("server", plainResponse(200, COMPLETION));
    const proxy = await proxyServer({ port, wants: `Basic ${btoa(`user:${PASSWORD}`)}` });
    const withUser = proxy.url.replace("//", `//user:${encodeURIComponent(PASSWORD)}@`);
    const run = await bench(
      { base_url: "https://api.test/v1", ca_file: certificateFile("ca") },
      { HTTPS_PROXY: withUser },
    );
    expect(run).toMatchObject({ code: 0, results: [{ status: "success" }] });
    expect(proxy.requests.map(({ target }) => target)).toEqual(["api.test:443"]);
    expectSilence(run);
  });

  it("goes directly to what NO_PROXY names, and to this machine", async () => {
    const server = await answering(() => ({ text: "fine" }));
    const proxy = await proxyServer({ port: 1 });
    const run = await bench({ base_url: server.url }, { ALL_PROXY: proxy.url });
    expect(run.code).toBe(0);
    expect(server.calls[0]?.headers["authorization"]).toBe(`Bearer ${KEY}`);
    const named = await bench({ base_url: "http://no.such.invalid" }, { ALL_PROXY: proxy.url, NO_PROXY: "invalid" });
    expect(named.results[0]?.error?.code).toBe("dns");
    expect(proxy.requests).toHaveLength(0);
  });

  it("gives a target up whose proxy asks for a user, with code 5 and what to do", async () => {
    const proxy = await proxyServer({ port: 1, wants: "Basic x" });
    const withUser = proxy.url.replace("//", `//user:${encodeURIComponent(PASSWORD)}@`);
    const run = await bench({ base_url: "https://api.test/v1" }, { https_proxy: withUser });
    expect(run.code).toBe(5);
    expect(run.stderr).toMatch(/local:m was given up \(proxy\): .*check HTTPS_PROXY/);
    expect(run.results[0]?.error?.message).toMatch(/does not accept user and password \(407\)/);
    expectSilence(run);
  });

  it("does not follow a redirect, and hands the key to nobody else", async () => {
    const other = closedAfterTest(await rawServer((socket) => socket.write(plainResponse(200, COMPLETION))));
    const port = new URL(other.url).port;
    const location = `http://localhost:${port}/v1/chat/completions?key=1`;
    const server = closedAfterTest(await rawServer((socket) => socket.write(plainResponse(307, "", { location }))));
    const run = await bench({ base_url: server.url });
    expect(run.results[0]?.error).toMatchObject({ code: "invalid_request", http_status: 307 });
    expect(run.results[0]?.error?.message).toContain(`to the host localhost:${port}: `);
    expect([server.requests.length, other.connections]).toEqual([1, 0]);
  });

  it("says before the first request what is wrong with a proxy, a key file or a file of certificates", async () => {
    const server = await answering(() => ({ text: "fine" }));
    const rows = [
      [{ base_url: "http://h.test" }, { ALL_PROXY: `socks5://u:${PASSWORD}@p:1` }, 2, /ALL_PROXY names a proxy of the/],
      [{ base_url: server.url, api_key_file: "none.txt" }, {}, 2, /none\.txt, .*api_key_file, does not exist/],
      [{ base_url: server.url, api_key_file: "d.json", api_key_env: "K" }, {}, 2, /both api_key_env and api_key_file/],
      [{ base_url: server.url, ca_file: "key.txt" }, {}, 2, /key\.txt, .*ca_file, holds no certificate/],
    ] as const;
    for (const [provider, env, code, says] of rows) {
      const run = await bench(provider, env);
      expect(run).toMatchObject({ code, results: [] });
      expect(run.stderr).toMatch(says);
      expect(run.stderr).toMatch(/hint: |=> /);
      expectSilence(run);
    }
    expect(server.calls).toHaveLength(0);
  });
});
