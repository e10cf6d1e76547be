import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { tempDir } from "../support/cli.ts";
import { runHere } from "../support/in-process.ts";
import { addresses, answering, simulator } from "../support/servers.ts";

vi.setConfig({ testTimeout: 60_000 });

describe("providers", () => {
  it("says what is ready and how to make the rest so, without a request", async () => {
    const server = await answering(() => ({ text: "ok" }));
    const { ANTHROPIC_API_KEY: _none, ...env } = addresses(server.url);
    const { code, stdout } = await runHere(["providers"], { env });
    expect(code).toBe(0);
    expect(stdout).toMatch(/openai +ready/);
    expect(stdout).toMatch(/anthropic +incomplete/);
    expect(stdout).toContain("export ANTHROPIC_API_KEY=…");
    expect(server.calls).toHaveLength(0);
  });

  it("checks the ready ones with a request each, a configured one too", async () => {
    const cwd = tempDir();
    const sim = await simulator({ ttftMs: 2, tpotMs: 1, tokens: 2 });
    const own = { type: "openai", base_url: sim.url, default_model: "m" };
    writeFileSync(join(cwd, "llm-test-bench.config.json"), JSON.stringify({ providers: { own } }));
    const { code, stdout } = await runHere(["providers", "--check"], { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(/own +m +ok/);
    expect(sim.stats.requests).toBe(1);
  });

  it("exits with 1, 4 or 5 as the checks went", async () => {
    const wary = await answering(({ path }) =>
      path.endsWith("/messages") ? { text: "ok" } : { status: 403, body: { error: { message: "not you" } } },
    );
    const mixed = await runHere(["providers", "--check"], { env: addresses(wary.url) });
    expect([mixed.code, mixed.stdout]).toEqual([1, expect.stringContaining("openai (permission, HTTP 403): not you")]);
    const { ANTHROPIC_API_KEY: _none, ...only } = addresses(wary.url);
    expect((await runHere(["providers", "--check"], { env: only })).code).toBe(4);
    await wary.close();
    expect((await runHere(["providers", "--check"], { env: addresses(wary.url) })).code).toBe(5);
  });
});
