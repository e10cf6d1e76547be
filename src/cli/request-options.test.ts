import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runInProcess, type InProcess } from "../../test/support/in-process.ts";
import { addresses, answering } from "../../test/support/servers.ts";

let cwd: string;
beforeEach(() => void (cwd = mkdtempSync(join(tmpdir(), "request-options-"))));
afterEach(() => rmSync(cwd, { recursive: true }));

const schema = { type: "object", properties: { a: { type: "string" } } };
const tools = [{ name: "look", parameters: schema }];
const dataset = (defaults: object): string => {
  const file = join(cwd, "dataset.json");
  const test_cases = [{ id: "t", prompt: "Hi" }];
  writeFileSync(file, JSON.stringify({ name: "d", version: "1", defaults, test_cases }));
  return file;
};
const bench = (args: readonly string[], env: Readonly<Record<string, string>>): Promise<InProcess> =>
  runInProcess(["bench", "-o", "run", "--no-stream", ...args], { cwd, env });

describe("request options", () => {
  it("of flags reach the server, over those of the dataset, and stand in run.json", async () => {
    writeFileSync(join(cwd, "schema.json"), JSON.stringify(schema));
    writeFileSync(join(cwd, "tools.json"), JSON.stringify(tools));
    const server = await answering(() => ({ text: "{}" }));
    const flags =
      "--system S --top-p 0.5 --stop a --stop b --request-seed 7 --response-format schema.json --tools tools.json --reasoning-effort low --extra-body";
    const args = ["-d", dataset({ seed: 1, temperature: 0 }), "-p", "openai", ...flags.split(" "), '{"top_k":3}'];
    const { code } = await bench(args, addresses(server.url));
    expect(code).toBe(0);
    expect(server.calls[0]?.body).toEqual({
      model: "gpt-4o-mini",
      messages: [
        { role: "system", content: "S" },
        { role: "user", content: "Hi" },
      ],
      temperature: 0,
      top_p: 0.5,
      stop: ["a", "b"],
      seed: 7,
      response_format: { type: "json_schema", json_schema: { name: "answer", schema } },
      tools: [{ type: "function", function: tools[0] }],
      reasoning_effort: "low",
      top_k: 3,
    });
    const manifest: unknown = JSON.parse(readFileSync(join(cwd, "run/run.json"), "utf8"));
    expect(manifest).toMatchObject({ plan: { parameters: { seed: 7, tools, extra_body: { top_k: 3 } } } });
  });

  it("that an API does not know are told once, before anything is sent", async () => {
    const server = await answering(() => ({ text: "ok" }));
    const { code, stderr } = await bench(
      ["-d", dataset({ seed: 1 }), "-p", "anthropic", "--repeat", "3"],
      addresses(server.url),
    );
    expect(code).toBe(0);
    expect(stderr.match(/its API does not know seed: left out/g)).toHaveLength(1);
    const { stderr: told } = await runInProcess(["test", "anthropic", "--prompt", "Hi", "--request-seed", "1"], {
      cwd,
      env: addresses(server.url),
    });
    expect(told).toContain("its API does not know seed: left out");
  });

  it("that decide what an answer is are never left out: the run does not begin", async () => {
    const server = await answering(() => ({ text: "ok" }));
    const { code, stderr } = await bench(
      ["-d", dataset({ response_format: "json" }), "-p", "openai,anthropic"],
      addresses(server.url),
    );
    expect(code).toBe(2);
    expect(stderr).toContain("the API of anthropic:claude-haiku-4-5 has no response_format");
    expect(server.calls).toEqual([]);
  });

  it.each([
    [["--extra-body", "[1]"], "Expected a JSON object"],
    [["--response-format", "missing.json"], "--response-format names missing.json"],
    [["--reasoning-effort", "Very High"], "--reasoning-effort is not what it should be"],
    [["--tools", "dataset.json"], "--tools is not what it should be"],
    [["--top-p", "2"], "Expected a number from 0 to 1"],
  ])("%j is a usage error", async (flags, message) => {
    const { code, stderr } = await bench(
      ["-d", dataset({}), "-p", "openai", ...flags],
      addresses("http://127.0.0.1:1"),
    );
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  it("of a dataset are checked with it", async () => {
    const file = dataset({ response_fromat: "json", tools: [{ nmae: "x" }], seed: 1.5 });
    const { code, stderr } = await bench(["-d", file, "-p", "sim"], {});
    expect(code).toBe(3);
    expect(stderr.replaceAll(/\s+/g, " ")).toMatch(/response_format.*nmae|nmae.*response_format/s);
  });
});
