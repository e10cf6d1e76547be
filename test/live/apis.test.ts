// The real APIs, with real keys and for real money: `npm run test:live`, never part of `npm test`. A provider whose key
// is not in the environment is skipped by name.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ResultsFile } from "../../src/core/run.ts";
import { runCli, tempDir } from "../support/cli.ts";

const CASES = 3;
const MAX_TOKENS = 32;

const APIS = [
  { target: "openai", key: "OPENAI_API_KEY", base: "OPENAI_BASE_URL", usd: 0.001 },
  { target: "anthropic", key: "ANTHROPIC_API_KEY", base: "ANTHROPIC_BASE_URL", usd: 0.01 },
] as const;

describe.each(APIS)("$target over the network", ({ target, key, base, usd }) => {
  const secret = process.env[key];

  it.skipIf(secret === undefined)(
    `answers ${2 * CASES} requests of at most ${MAX_TOKENS} tokens, for less than $${usd}; needs ${key}`,
    { timeout: 120_000 },
    async () => {
      const address = process.env[base];
      const env = { [key]: secret ?? "", ...(address === undefined ? {} : { [base]: address }) };
      for (const mode of ["--stream", "--no-stream"]) {
        const cwd = tempDir();
        const args = `bench -d coding-tasks -p ${target} --limit ${CASES} --max-tokens ${MAX_TOKENS} ${mode} -o run`;
        const { code, stderr } = await runCli(args.split(" "), { cwd, env });
        expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
        const file = readFileSync(join(cwd, "run/results.json"), "utf8");
        expect(file).not.toContain(secret);
        const [provider] = (JSON.parse(file) as ResultsFile).providers;
        expect(provider?.summary).toMatchObject({ succeeded: CASES, usage_unknown: 0, cost_unknown: 0 });
        expect(provider?.summary.completion_tokens).toBeGreaterThan(0);
        expect(provider?.summary.completion_tokens).toBeLessThanOrEqual(CASES * MAX_TOKENS);
        expect(provider?.summary.total_cost_usd).toBeLessThan(usd / 2);
        if (mode === "--stream") expect(provider?.summary.ttft_ms.count).toBe(CASES);
      }
    },
  );
});
