import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runInProcess, type InProcess } from "../../../test/support/in-process.ts";
import { addresses, answering } from "../../../test/support/servers.ts";
import type { ModelReply } from "../../../test/support/model-server.ts";

let cwd: string;
beforeEach(() => void (cwd = mkdtempSync(join(tmpdir(), "long-waits-"))));
afterEach(() => rmSync(cwd, { recursive: true }));

async function bench(target: string, reply: (number: number) => ModelReply, ...more: string[]): Promise<InProcess> {
  const { url } = await answering(({ number }) => reply(number));
  const test_cases = ["a", "b", "c", "d"].map((id) => ({ id, prompt: id }));
  writeFileSync(join(cwd, "d.json"), JSON.stringify({ name: "d", version: "1", test_cases }));
  const args = ["bench", "-d", join(cwd, "d.json"), "-p", target, "-c", "1", "-o", "run", "--quiet", ...more];
  return runInProcess(args, { cwd, env: { ...addresses(url), GOOGLE_BASE_URL: url, GEMINI_API_KEY: "key" } });
}

const warnings = ({ stderr }: InProcess): string[] => stderr.split("\n").filter((line) => line.startsWith("warning"));

describe("a run against a server that has nothing left for years goes on, and says which header it ignores", () => {
  it.each([
    ["openai", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests", "99999h"],
    ["openai", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests", "2999-01-01T00:00:00Z"],
    ["openai", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens", "601s"],
    ["openai", "x-ratelimit-remaining-tokens-minute", "x-ratelimit-reset-tokens-minute", "99999999"],
    [
      "anthropic",
      "anthropic-ratelimit-requests-remaining",
      "anthropic-ratelimit-requests-reset",
      "2999-01-01T00:00:00Z",
    ],
    ["anthropic", "anthropic-ratelimit-tokens-remaining", "anthropic-ratelimit-tokens-reset", "2999-01-01T00:00:00Z"],
  ])("%s: %s: 0, %s: %s", async (target, remaining, reset, value) => {
    const headers = { [remaining]: "0", [reset]: value };
    for (const more of [[], ["--no-stream"]]) {
      const ended = await bench(`${target}:m`, () => ({ text: "ok", headers }), "--force", ...more);
      expect(ended.code).toBe(0);
      const warning = `warning: ${target}:m: ${reset}: ${value} asks for a wait of more than ten minutes, and is ignored`;
      expect(warnings(ended)).toEqual([warning]);
    }
  });
});

describe("a refusal that asks for more than ten minutes costs its case, and says so once", () => {
  const refusal = { status: 429, body: { error: { message: "slow down" } } };
  const failures = (): { code: string; waited_ms: number }[] =>
    readFileSync(join(cwd, "run", "failures.jsonl"), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { code: string; waited_ms: number });

  it.each([
    ["retry-after", "86400", {}],
    ["retry-after-ms", "86400000", {}],
    ["x-ratelimit-reset", "32503680000000", { "x-ratelimit-remaining": "0" }],
    ["ratelimit-reset", "86400", { "ratelimit-remaining": "0" }],
    ["ratelimit", '"day";r=0;t=86400', {}],
  ])("%s: %s", async (name, value, more) => {
    const headers = { [name]: value, ...more };
    const ended = await bench("openai:m", (n) => (n < 2 ? { ...refusal, headers } : { text: "ok" }));
    expect(ended.code).toBe(1);
    expect(failures()).toMatchObject([
      { code: "rate_limited", waited_ms: 0 },
      { code: "rate_limited", waited_ms: 0 },
    ]);
    expect(warnings(ended)).toEqual([
      `warning: openai:m: ${name}: ${value} asks for a wait of more than ten minutes: a request refused this way is not retried`,
    ]);
  });
});
