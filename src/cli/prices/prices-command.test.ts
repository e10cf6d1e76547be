import { tmpdir } from "node:os";
import { expect, it } from "vitest";
import { runInProcess, type InProcess } from "../../../test/support/in-process.ts";
import { PRICE_DATA } from "../../providers/prices.ts";

const prices = (...args: string[]): Promise<InProcess> =>
  runInProcess(["prices", ...args], { cwd: tmpdir(), terminal: 80, env: { NO_COLOR: "1" } });

it("tells what a model costs, where, and how old the data are", async () => {
  const { code, stdout } = await prices("openai:gpt-4o-mini");
  expect(code).toBe(0);
  expect(stdout).toMatch(/openai +gpt-4o-mini +\$0\.15 +\$0\.075 +– +\$0\.6/);
  expect(stdout).toContain(PRICE_DATA.date);
  expect(stdout).toContain("openai: https://");
  expect(Math.max(...stdout.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(80);
});

it("looks at every provider when none is named, and tells of rates that rise", async () => {
  const { stdout } = await prices("gemini-2.5-pro");
  expect(stdout).toMatch(/google +gemini-2\.5-pro +\$1\.25 +\$0\.125 +– +\$10/);
  expect(stdout).toContain("google: higher for prompts of more than 200000 tokens.");
  const json: unknown = JSON.parse((await prices("gpt-4o-mini", "--json")).stdout);
  expect(json).toMatchObject({
    data: { date: PRICE_DATA.date },
    prices: [{ provider: "openai", input_per_million: 0.15, higher_above_tokens: null }, {}],
  });
});

it("says that it knows none, and what may be meant", async () => {
  const { code, stdout, stderr } = await prices("openai:gpt-4o-mimi");
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toContain("no price is known for openai:gpt-4o-mimi");
  expect(stderr).toContain("did you mean gpt-4o-mini?");
  expect(JSON.parse((await prices("no-such:model:at-all", "--json")).stdout)).toMatchObject({ prices: [] });
});

it("lists the providers that are priced", async () => {
  const { code, stdout } = await prices();
  expect(code).toBe(0);
  expect(stdout).toMatch(/anthropic +\d+ +claude/);
  expect(JSON.parse((await prices("--json")).stdout)).toMatchObject({
    providers: [{ provider: "openai" }, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}],
  });
});
