import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { tempDir } from "../support/cli.ts";
import { runHere } from "../support/in-process.ts";
import { addresses, answering } from "../support/servers.ts";

vi.setConfig({ testTimeout: 60_000 });

describe("config", () => {
  it("writes a file that show then reads, and that is never written over", async () => {
    const cwd = tempDir();
    const written = await runHere(["config", "init"], { cwd, env: { OPENAI_API_KEY: "sk-0123456789" } });
    expect([written.code, written.stdout]).toEqual([0, ""]);
    const file = join(cwd, "llm-test-bench.config.yaml");
    const text = readFileSync(file, "utf8");
    expect(text).not.toContain("sk-");
    const shown = await runHere(["config", "show"], { cwd });
    expect([shown.code, shown.stderr]).toEqual([0, ""]);
    expect(shown.stdout).toMatch(/concurrency +5 +project file:13\n/);
    expect((await runHere(["config", "init"], { cwd })).code).toBe(2);
    expect(readFileSync(file, "utf8")).toBe(text);
  });

  it("shows the URL that is then really called", async () => {
    const server = await answering(() => ({ text: "ok" }));
    const env = addresses(`${server.url}/api/v2`, server.url);
    const { stdout } = await runHere(["config", "show", "--json"], { env });
    const { providers } = JSON.parse(stdout) as { providers: { name: string; url: string }[] };
    for (const name of ["openai", "anthropic"]) await runHere(["test", name, "--prompt", "Hi"], { env });
    const shown = providers.filter(({ name }) => name !== "sim").map(({ url }) => url);
    expect(server.calls.map(({ path }) => `${server.url}${path}`)).toEqual(shown);
  });

  it("shows no secret", async () => {
    const cwd = tempDir();
    const own = { type: "openai", base_url: "http://127.0.0.1:1", headers: { authorization: "Bearer hush-hush-hush" } };
    writeFileSync(join(cwd, "llm-test-bench.config.json"), JSON.stringify({ providers: { own } }));
    for (const more of [[], ["--json"]]) {
      const { code, stdout } = await runHere(["config", "show", ...more], {
        cwd,
        env: addresses("http://127.0.0.1:1"),
      });
      expect(code).toBe(0);
      expect(stdout).not.toMatch(/hush|test-key-of/);
    }
  });

  it("wants to know what to do", async () => {
    const { code, stderr } = await runHere(["config"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/init[\s\S]*show/);
  });
});
