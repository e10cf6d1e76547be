import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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
      "--system S --top-p 0.5 --stop a --stop b --request-seed 7 --response-format schema.json --tools tools.json --tool-choice look --reasoning-effort low --extra-body";
    const args = [
      "-d",
      dataset({ seed: 1, temperature: 0 }),
      "-p",
      "openai",
      ...flags.split(" "),
      '{"top_k":3}',
      "--header",
      "X-Trace: on",
    ];
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
      tool_choice: { type: "function", function: { name: "look" } },
      reasoning_effort: "low",
      top_k: 3,
    });
    expect(server.calls[0]?.headers).toMatchObject({ "x-trace": "on" });
    const manifest: unknown = JSON.parse(readFileSync(join(cwd, "run/run.json"), "utf8"));
    expect(manifest).toMatchObject({ plan: { parameters: { seed: 7, tools, extra_body: { top_k: 3 } } } });
  });

  it("of the dataset reach the server too, headers over those of the provider and one case over the others", async () => {
    const server = await answering(() => ({ text: "ok" }));
    const file = join(cwd, "headed.json");
    const test_cases = [
      { id: "own", prompt: "Hi", config: { headers: { "X-Trace": "own" }, tool_choice: "none" } },
      { id: "shared", prompt: "Hi" },
    ];
    const defaults = { headers: { "x-trace": "all" }, tools, tool_choice: "required" };
    writeFileSync(file, JSON.stringify({ name: "d", version: "1", defaults, test_cases }));
    const { code } = await bench(["-d", file, "-p", "openai", "-c", "1"], addresses(server.url));
    expect(code).toBe(0);
    expect(server.calls.map(({ headers, body }) => [headers["x-trace"], body["tool_choice"]])).toEqual([
      ["own", "none"],
      ["all", "required"],
    ]);
  });

  it("take no key in a header, and repeat none that was given all the same", async () => {
    const key = "sk-a-key-in-the-wrong-place";
    const server = await answering(() => ({ text: "ok" }));
    const rows = [
      [
        ["--header", `Authorization: Bearer ${key}`, "-d", dataset({})],
        /--header is not what it should be.*api_key_env/,
      ],
      [["--header", `Bearer ${key}`, "-d", dataset({})], /--header is no name and value/],
      [["-d", dataset({ headers: { "x-api-key": key } })], /api_key_env or api_key_file/],
    ] as const;
    for (const [args, says] of rows) {
      const { code, stdout, stderr } = await bench([...args, "-p", "openai"], addresses(server.url));
      expect(code).toBeGreaterThan(1);
      expect(stderr).toMatch(says);
      expect(stdout + stderr).not.toContain(key.slice(0, 10));
    }
    expect(server.calls).toEqual([]);
  });

  it("of a header that may hold a secret are in no file, also where a server repeats them", async () => {
    const secret = "a-secret-tenant-token";
    const server = await answering(() => ({ status: 400, body: { error: { message: `no such tenant: ${secret}` } } }));
    const args = ["-d", dataset({}), "-p", "openai", "--header", `X-Tenant: ${secret}`];
    const { stdout, stderr } = await bench(args, addresses(server.url));
    expect(server.calls[0]?.headers["x-tenant"]).toBe(secret);
    const files = readdirSync(join(cwd, "run")).map((name) => readFileSync(join(cwd, "run", name), "utf8"));
    for (const text of [stdout, stderr, ...files]) expect(text).not.toContain(secret.slice(0, 10));
    expect(files.join("")).toContain("no such tenant: [secret]");
  });

  it("that an API does not know are told once, before anything is sent", async () => {
    const server = await answering(() => ({ text: "ok" }));
    const { code, stderr } = await bench(
      ["-d", dataset({ seed: 1 }), "-p", "anthropic", "--repeat", "3"],
      addresses(server.url),
    );
    expect(code).toBe(0);
    expect(stderr.match(/its API or model does not take seed: left out/g)).toHaveLength(1);
    const { stderr: told } = await runInProcess(["test", "anthropic", "--prompt", "Hi", "--request-seed", "1"], {
      cwd,
      env: addresses(server.url),
    });
    expect(told).toContain("its API or model does not take seed: left out");
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
