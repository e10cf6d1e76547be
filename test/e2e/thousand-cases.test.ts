import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { expect, it } from "vitest";
import { runCli, tempDir } from "../support/cli.ts";
import { simulator } from "../support/servers.ts";

/** Says at its end how much memory a process held at most, in MB. */
const TELL = "process.on('exit',()=>console.error('peak',process.resourceUsage().maxRSS/1024))";

it("a run of a thousand cases stays under 200 MB and writes a CSV of a thousand rows", async () => {
  const cwd = tempDir();
  const ids = Array.from({ length: 1000 }, (_, i) => `case ${i}, "${i % 2 === 0 ? "even" : "odd"}"\nof many`);
  const test_cases = ids.map((id, i) => ({ id, prompt: `Count to ${i}` }));
  writeFileSync(join(cwd, "cases.json"), JSON.stringify({ name: "many", version: "1", test_cases }));
  const { url } = await simulator({ ttftMs: 1, tpotMs: 0.2, tokens: 16 });
  const env = { SIM_BASE_URL: url, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(TELL)}` };
  const { code, stderr } = await runCli(["bench", "cases.json", "-c", "50", "-o", "run", "--quiet"], { cwd, env });
  expect({ code, said: stderr.replace(/^peak .*\n/m, "") }).toEqual({ code: 0, said: "" });
  expect(Number(/^peak ([\d.]+)$/m.exec(stderr)?.[1])).toBeLessThan(200);
  const rows: Record<string, string>[] = parse(readFileSync(join(cwd, "run/results.csv"), "utf8"), {
    columns: true,
    record_delimiter: ["\n", "\r\n"],
  });
  expect(rows).toHaveLength(1000);
  expect(new Set(rows.map((row) => row["test_id"]))).toEqual(new Set(ids));
  expect(new Set(rows.map((row) => row["status"]))).toEqual(new Set(["success"]));
});
