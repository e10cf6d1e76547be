import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runInProcess, type InProcess } from "../../test/support/in-process.ts";
import { bareDuration } from "../core/duration.ts";

let cwd: string;
beforeEach(() => void (cwd = mkdtempSync(join(tmpdir(), "limits-"))));
afterEach(() => rmSync(cwd, { recursive: true }));

const run = (args: readonly string[], env: Record<string, string> = {}): Promise<InProcess> =>
  runInProcess(args, { cwd, env });
const warningsIn = ({ stderr }: InProcess): string[] => stderr.split("\n").filter((line) => line.startsWith("warning"));
const BENCH = ["bench", "coding-tasks", "--dry-run"];
const SAID = "is 30 ms; write 30s or 30ms";

describe("a duration without a unit that was probably meant as seconds", () => {
  it.each([
    ["30", `30 ${SAID}`],
    [30, `30 ${SAID}`],
    [" 999 ", "999 is 999 ms; write 999s or 999ms"],
    ["0.5", "0.5 is 0.5 ms; write 0.5s or 0.5ms"],
    ["1000", null],
    ["0", null],
    ["30s", null],
    ["30 ms", null],
    ["soon", null],
  ])("%j: %s", (text, said) => expect(bareDuration(text)).toBe(said));

  it.each([
    ["--timeout", ["--timeout", "30"]],
    ["--timeout", ["--timeout=30"]],
    ["--connect-timeout", ["--connect-timeout", "30"]],
    ["--first-token-timeout", ["--first-token-timeout", "30"]],
    ["--idle-timeout", ["--idle-timeout", "30"]],
    ["--duration", ["--duration", "30"]],
    ["--over", ["--ramp", "1..2", "--over", "30"]],
  ])("gets a warning, and no error, as %s of bench", async (flag, args) => {
    const ran = await run([...BENCH, ...args]);
    expect(warningsIn(ran)).toEqual([`warning: ${flag} 30 ${SAID}`]);
    expect(ran.code).toBe(0);
  });

  it("gets one as a flag of every other command", async () => {
    const at = ["--timeout", "30"];
    for (const args of [
      ["test", "sim:fast", "--prompt", "Hi", ...at],
      ["resume", "nowhere", ...at],
      ["providers", ...at],
    ]) {
      expect(warningsIn(await run(args))).toEqual([`warning: --timeout 30 ${SAID}`]);
    }
    for (const command of [
      ["resume", "nowhere"],
      ["calibrate", "--no-save", "-c", "1"],
    ]) {
      expect(warningsIn(await run([...command, "--duration", "200"]))).toEqual([
        "warning: --duration 200 is 200 ms; write 200s or 200ms",
      ]);
    }
    expect((await run([...BENCH, ...at, "--json"])).stderr).toBe(
      `{"type":"warning","message":"--timeout 30 ${SAID}"}\n`,
    );
  });

  it("gets none with a unit, from a second on, or where milliseconds are usual", async () => {
    const usual = ["--timeout", "30s", "--connect-timeout", "300ms", "--idle-timeout", "1000", "--delay", "5"];
    expect(warningsIn(await run([...BENCH, ...usual]))).toEqual([]);
  });

  it("gets one in a configuration and the environment, with where it stands", async () => {
    const config = [
      "providers:",
      "  sim-like: { type: openai, base_url: http://127.0.0.1:1, timeout: 30, idle_timeout: 30s }",
      "benchmarks:",
      "  duration: 30",
      "  connect_timeout: 5000",
      "  delay: 30",
    ];
    writeFileSync(join(cwd, "llm-test-bench.config.yaml"), config.join("\n"));
    const env = { LLM_TEST_BENCH_PROVIDERS__SIM_LIKE__FIRST_TOKEN_TIMEOUT: "30" };
    const file = join(cwd, "llm-test-bench.config.yaml");
    const expected = [
      `warning: ${file}:4:13 benchmarks.duration: 30 ${SAID}`,
      `warning: ${file}:2:68 providers.sim-like.timeout: 30 ${SAID}`,
      `warning: LLM_TEST_BENCH_PROVIDERS__SIM_LIKE__FIRST_TOKEN_TIMEOUT providers.sim-like.first_token_timeout: 30 ${SAID}`,
    ];
    for (const args of [BENCH, ["providers"], ["config", "show"], ["test", "sim:fast", "--prompt", "Hi"]]) {
      expect(warningsIn(await run(args, env))).toEqual(expected);
    }
  });

  it("gets one in a dataset, when it is checked and when it is sent", async () => {
    const case_ = (id: string, timeout: string): string =>
      `  - { id: ${id}, prompt: "Say ${id}", config: { timeout: ${timeout} } }`;
    const cases = [case_("a", "30s"), case_("b", "30"), case_("c", '"30"')];
    writeFileSync(join(cwd, "d.yaml"), ["name: d", "version: '1'", "test_cases:", ...cases].join("\n"));
    const path = join(cwd, "d.yaml");
    const checked = await run(["validate", path]);
    expect(warningsIn(checked)).toEqual([
      expect.stringMatching(/d\.yaml:5:.*config\.timeout: test case "b": its timeout 30 is 30 ms; write 30s or 30ms$/),
      expect.stringMatching(/d\.yaml:6:.*config\.timeout: test case "c": its timeout 30 is 30 ms; write 30s or 30ms$/),
    ]);
    const sent = await run(["bench", path, "-p", "sim:fast", "-o", "run"]);
    expect(warningsIn(sent)).toEqual([`warning: test case "b": its timeout 30 ${SAID} (1 more case likewise)`]);
    const lines = ["b", "c"].map((id) => JSON.stringify({ id, prompt: `Say ${id}`, config: { timeout: 30 } }));
    writeFileSync(join(cwd, "d.jsonl"), lines.join("\n"));
    const streamed = await run(["bench", join(cwd, "d.jsonl"), "-p", "sim:fast", "-o", "lines"]);
    expect(warningsIn(streamed)).toEqual([expect.stringContaining(`test case "b": its timeout 30 ${SAID}`)]);
  });
});
