import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { runInProcess } from "../../../test/support/in-process.ts";
import { addresses, answering } from "../../../test/support/servers.ts";

let cwd: string;
beforeEach(() => void (cwd = mkdtempSync(join(tmpdir(), "stated-cost-"))));
afterEach(() => rmSync(cwd, { recursive: true }));

/** The outputs of two cases, the second of which the server prices itself. */
async function outputs(costs: readonly (number | undefined)[]): Promise<Record<string, string>> {
  let calls = 0;
  const server = await answering(() => {
    const usage = { prompt_tokens: 3, completion_tokens: 4, cost: costs[calls++] };
    return { status: 200, body: { choices: [{ message: { content: "ok" }, finish_reason: "stop" }], usage } };
  });
  const test_cases = costs.map((_, i) => ({ id: `t${i}`, prompt: "Hi" }));
  writeFileSync(join(cwd, "d.json"), JSON.stringify({ name: "d", version: "1", test_cases }));
  const args = ["bench", "-d", join(cwd, "d.json"), "-p", "openai:gpt-4o-mini", "-c", "1", "-o", "run", "--no-stream"];
  const { code, stdout } = await runInProcess(args, { cwd, env: addresses(server.url) });
  expect(code).toBe(0);
  const file = (name: string): string => readFileSync(join(cwd, "run", name), "utf8");
  return { stdout, csv: file("results.csv"), json: file("results.json"), md: file("summary.md") };
}

it("a cost that the server states itself is marked in the tables, results.json and results.csv", async () => {
  const { stdout = "", csv = "", json = "", md = "" } = await outputs([undefined, 0.25]);
  const said = /openai:gpt-4o-mini: the cost of 1 answer is what the server itself stated/;
  expect(stdout).toMatch(said);
  expect(md).toMatch(said);
  const { summary } = (JSON.parse(json) as { providers: { summary: object }[] }).providers[0] ?? {};
  expect(summary).toMatchObject({ cost_stated: 1, cost_unknown: 0 });
  const rows = csv.trim().split("\r\n");
  expect(rows.map((row) => row.split(",").at(-2))).toEqual(["cost_source", "prices", "server"]);
});

it("where all costs are the server's, that is said of the sum", async () => {
  const { stdout } = await outputs([0.25, 0.5]);
  expect(stdout).toMatch(/\$0\.75/);
  expect(stdout).toMatch(/openai:gpt-4o-mini: the cost is what the server itself stated/);
});

it("a cost that follows from prices bears no mark", async () => {
  const { stdout, json } = await outputs([undefined]);
  expect(stdout).not.toContain("itself stated");
  expect(json).not.toContain("cost_stated");
});
