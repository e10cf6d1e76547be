import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runInProcess, type InProcess, type InProcessOptions } from "../../../test/support/in-process.ts";
import { addresses, answering, simulator } from "../../../test/support/servers.ts";

let cwd: string;
beforeEach(() => void (cwd = mkdtempSync(join(tmpdir(), "providers-command-"))));
afterEach(() => rmSync(cwd, { recursive: true }));

const write = (text: string): void => writeFileSync(join(cwd, "llm-test-bench.config.yaml"), text);
const providers = (args: readonly string[] = [], options: Partial<InProcessOptions> = {}): Promise<InProcess> =>
  runInProcess(["providers", ...args], { cwd, ...options });

describe("providers", () => {
  it("lists the built-in ones and the configured, with what each lacks and the line that gives it", async () => {
    write(
      "providers: { local: { type: openai, api_key_env: LOCAL_KEY }, ok: { type: anthropic, base_url: http://h, default_model: m } }",
    );
    const { code, stdout } = await providers([], { env: { OPENAI_API_KEY: "sk-1", NO_COLOR: "1" }, terminal: 200 });
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /openai +ready +gpt-4o-mini +OPENAI_API_KEY is set +https:\/\/api\.openai\.com\/v1\/chat\/completions/,
    );
    expect(stdout).toMatch(/anthropic +incomplete +claude\S+ +ANTHROPIC_API_KEY is not set/);
    expect(stdout).toMatch(/sim +ready +default +none needed +a simulator started/);
    expect(stdout).toMatch(/ok +ready +m +none needed +http:\/\/h\/v1\/messages/);
    expect(stdout).toContain("ANTHROPIC_API_KEY is not set\n    export ANTHROPIC_API_KEY=…");
    expect(stdout).toContain("LOCAL_KEY is not set\n    export LOCAL_KEY=…");
    expect(stdout).toContain("under local: base_url: http://127.0.0.1:8000/v1");
    expect(stdout).toContain("under local: default_model: MODEL");
  });

  it("lists others once their key is set, and till then by name only", async () => {
    const none = (await providers([], { env: { NO_COLOR: "1" } })).stdout;
    expect(none.replaceAll(/\s+/g, " ")).toContain("google (GEMINI_API_KEY), azure (AZURE_OPENAI_API_KEY), mistral");
    expect(none).not.toContain("api.groq.com");
    const { stdout } = await providers([], { env: { GROQ_API_KEY: "k", NO_COLOR: "1" }, terminal: 200 });
    expect(stdout).toMatch(/groq +incomplete +– +GROQ_API_KEY is set +https:\/\/api\.groq\.com\/openai\/v1/);
    expect(stdout).not.toContain("groq (GROQ_API_KEY)");
  });

  it("fits 80 columns", async () => {
    const { stdout } = await providers([], { terminal: 80, env: { NO_COLOR: "1" } });
    expect(Math.max(...stdout.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(80);
  });

  it("speaks JSON", async () => {
    const { stdout, stderr } = await providers(["--json"]);
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toMatchObject({
      providers: [
        {
          name: "openai",
          ready: false,
          key_variable: "OPENAI_API_KEY",
          key_set: false,
          missing: [{ fix: "export OPENAI_API_KEY=…", where: "shell" }],
        },
        { name: "anthropic" },
        { name: "sim", ready: true, url: null },
      ],
    });
  });
});

describe("providers --check", () => {
  it("sends one tiny request to each that is ready", async () => {
    const server = await answering(() => ({ text: "ok" }));
    const { ANTHROPIC_API_KEY: _none, ...env } = addresses(server.url);
    const sim = await simulator({ ttftMs: 1, tpotMs: 1, tokens: 1 });
    const { code, stdout } = await providers(["--check"], { env: { ...env, SIM_BASE_URL: sim.url } });
    expect(code).toBe(0);
    expect(stdout).toMatch(/openai +gpt-4o-mini +ok +[\d.]+ (µs|ms|s) +[\d.]+ (µs|ms|s)\n/);
    expect(stdout).toMatch(/sim +default +ok/);
    expect(server.calls.map(({ body }) => body["max_tokens"])).toEqual([16]);
    expect(sim.stats.requests).toBe(1);
  });

  it("tells why one failed, with advice and code 1", async () => {
    const server = await answering(({ path }) =>
      path.endsWith("/messages")
        ? { status: 401, body: { error: { message: "bad \u001bkey test-key-of-anthropic" } } }
        : { text: "ok" },
    );
    const { code, stdout } = await providers(["--check"], { env: addresses(server.url) });
    expect(code).toBe(1);
    expect(stdout).toContain("anthropic (auth, HTTP 401): bad ␛key [secret]\n    check its API key");
    const json = await providers(["--check", "--json"], { env: addresses(server.url) });
    expect(JSON.parse(json.stdout)).toMatchObject({
      checks: [
        { provider: "openai", ok: true, code: null },
        { provider: "anthropic", ok: false, code: "auth", http_status: 401, advice: "check its API key" },
      ],
    });
  });

  it("ends with 4 when no key was accepted, with 5 when nothing was reached", async () => {
    const server = await answering(() => ({ status: 401, body: { error: { message: "no" } } }));
    const env = addresses(server.url);
    expect((await providers(["--check"], { env })).code).toBe(4);
    await server.close();
    expect((await providers(["--check"], { env })).code).toBe(5);
  });

  it("says that there was nothing to check", async () => {
    const { code, stdout, stderr } = await providers(["--check"]);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("no provider is ready");
    expect(JSON.parse((await providers(["--check", "--json"])).stdout)).toMatchObject({ checks: [] });
  });

  it("gives up at its own time limit, and ends with 130 at a signal", async () => {
    const server = await answering(() => null);
    const { ANTHROPIC_API_KEY: _none, ...env } = addresses(server.url);
    const late = await providers(["--check", "--timeout", "50ms"], { env });
    expect([late.code, late.stdout]).toEqual([1, expect.stringContaining("timeout_total")]);
    let handler = (): void => {};
    const ended = providers(["--check"], { env, onSignal: (_signal, given) => (handler = given) });
    await expect.poll(() => server.calls.length).toBe(2);
    handler();
    expect((await ended).code).toBe(130);
  });
});
