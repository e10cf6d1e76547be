import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { runInProcess } from "../../../test/support/in-process.ts";
import { addresses, answering } from "../../../test/support/servers.ts";

let cwd: string;
beforeEach(() => void (cwd = mkdtempSync(join(tmpdir(), "lost-results-"))));
afterEach(() => rmSync(cwd, { recursive: true }));

it.each([
  ["a run", []],
  ["a run that its time ends", ["--duration", "10s", "--max-requests", "3"]],
])("%s whose results are damaged before its end fails, and says so", async (_, load) => {
  const journal = join(cwd, "run", "results.jsonl");
  const test_cases = ["a", "b", "c"].map((id) => ({ id, prompt: id }));
  writeFileSync(join(cwd, "d.json"), JSON.stringify({ name: "d", version: "1", test_cases }));
  const server = await answering(({ number }) => {
    if (number === 2) writeFileSync(journal, readFileSync(journal, "utf8").replace('"sample":0', '"sample":1'));
    return { text: "ok" };
  });
  const args = [
    "bench",
    "-d",
    join(cwd, "d.json"),
    "-p",
    "openai:m",
    "-c",
    "1",
    "-o",
    "run",
    "--no-stream",
    "--quiet",
    ...load,
  ];
  const { code, stderr } = await runInProcess(args, { cwd, env: addresses(server.url) });
  expect(stderr).toContain("results.jsonl has damaged lines (1)");
  expect(code).toBe(1);
});
