import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { tempDir } from "../../test/support/cli.ts";
import { runInProcess } from "../../test/support/in-process.ts";
import { simulator } from "../../test/support/servers.ts";

// Node warns of an eleventh listener of one signal.
const NAMES = Array.from({ length: 11 }, (_, i) => `t${i}`);

it("eleven targets in flight at once are no leak: each kind of run, and a check", async () => {
  const heard: string[] = [];
  const onWarning = (warning: Error): void => void heard.push(`${warning.name}: ${warning.message}`);
  process.on("warning", onWarning);
  const server = await simulator({ ttftMs: 30, tpotMs: 1, tokens: 3 });
  const cwd = tempDir();
  const entries = NAMES.map((name) => `  ${name}: { type: openai, base_url: "${server.url}/v1", default_model: m }`);
  writeFileSync(join(cwd, "llm-test-bench.config.yaml"), `providers:\n${entries.join("\n")}\n`);
  const targets = ["-p", NAMES.join(",")];
  const bench = ["bench", "coding-tasks", ...targets, "--limit", "1", "--quiet"];
  const loads = [["--warmup", "1"], ["--lockstep"], ["--sequential"]];
  for (const [i, load] of loads.entries()) {
    const { code, stderr } = await runInProcess([...bench, ...load, "-o", `out${i}`], { cwd });
    expect({ load, code, stderr }).toMatchObject({ load, code: 0 });
  }
  expect((await runInProcess(["providers", "--check"], { cwd })).code).toBe(0);
  await new Promise((resolve) => setImmediate(resolve));
  process.off("warning", onWarning);
  expect(heard).toEqual([]);
}, 60_000);
