import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { runCli, tempDir } from "../support/cli.ts";

it("a provider's module that leaves a timer behind does not keep a finished command running", async () => {
  const cwd = tempDir();
  const module = "export const generate = () => new Promise(() => { setInterval(() => {}, 1000); });";
  writeFileSync(join(cwd, "mine.ts"), module);
  const { code, stderr } = await runCli(["test", "./mine.ts:m", "--prompt", "Hi", "--timeout", "200ms"], { cwd });
  expect([code, stderr]).toEqual([1, expect.stringContaining("timeout_total")]);
});
