import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import type { TestResult } from "../../src/core/result.ts";
import { startSimulator, type Simulator } from "../../src/simulator/server.ts";
import { startCli, tempDir, type CliResult } from "../support/cli.ts";
import { runHere } from "../support/in-process.ts";
import { type ModelCall, type ModelReply } from "../support/model-server.ts";
import { addresses, answering, simulator } from "../support/servers.ts";

// Several processes a test, on a machine that may be busy with others.
vi.setConfig({ testTimeout: 60_000 });

const dataset = (test_cases: readonly object[]): string =>
  JSON.stringify({ name: "tasks", version: "1", test_cases }, null, 2);

const GOOD = dataset(Array.from({ length: 6 }, (_, i) => ({ id: `t${i}`, prompt: `Task number ${i}` })));

/** A directory with these files in it, and a good dataset as `good.json`. */
function withFiles(files: Readonly<Record<string, string>> = {}): string {
  const directory = tempDir();
  for (const [name, text] of Object.entries({ "good.json": GOOD, ...files }))
    writeFileSync(join(directory, name), text);
  return directory;
}

const resultsIn = (directory: string): TestResult[] =>
  readFileSync(join(directory, "results.jsonl"), "utf8")
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as TestResult);

/** One message that says what is wrong and what to do, without a stack. */
function expectOneMessage({ stderr }: CliResult, says: readonly RegExp[]): void {
  expect(stderr.match(/^error: /gm)).toHaveLength(1);
  expect(stderr).not.toMatch(/\n\s+at /);
  expect(stderr).not.toContain("unexpected");
  for (const pattern of says) expect(stderr).toMatch(pattern);
}

interface BadCommand {
  readonly what: string;
  readonly args: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly code: number;
  /** What is wrong, then what to do. */
  readonly says: readonly RegExp[];
}

const bench = (...args: string[]): string[] => ["bench", "-p", "openai,anthropic", ...args];

const BAD_COMMANDS: readonly BadCommand[] = [
  {
    what: "a missing dataset file",
    args: bench("-d", "./nowhere.json"),
    code: 3,
    says: [/nowhere\.json/, /^hint: /m],
  },
  {
    what: "a name that is no built-in dataset",
    args: bench("-d", "coding-task"),
    code: 3,
    says: [/no built-in dataset called coding-task/, /Did you mean coding-tasks\?/],
  },
  {
    what: "a device as the dataset",
    args: bench("-d", "/dev/zero"),
    code: 3,
    says: [/\/dev\/zero is a device, not a file/, /^hint: /m],
  },
  {
    what: "malformed JSON",
    args: bench("-d", "bad.json"),
    files: { "bad.json": '{\n  "name": "x",\n  "version": "1"\n  "test_cases": []\n}' },
    code: 3,
    says: [/bad\.json:4:3/, /^hint: /m],
  },
  {
    what: "malformed YAML",
    args: bench("-d", "bad.yaml"),
    files: { "bad.yaml": 'name: x\nversion: "1"\ntest_cases:\n  - id: a\n    prompt: "open\n' },
    code: 3,
    says: [/bad\.yaml:\d+:\d+/, /^hint: /m],
  },
  {
    what: "schema errors, all at once",
    args: bench("-d", "bad.json"),
    files: {
      "bad.json": dataset([
        { id: "a", prompt: "p", expceted: "x" },
        { id: "b" },
        { id: "c", prompt: "p", config: { temperature: 9 } },
      ]),
    },
    code: 3,
    says: [
      /3 problems in bad\.json/,
      /bad\.json:\d+:\d+ test_cases\[0\]\.expceted/,
      /"?expected"?/,
      /test_cases\[1\]\S*: .*prompt|test_cases\[1\]\.prompt/,
      /test_cases\[2\]\.config\.temperature/,
      /^hint: /m,
    ],
  },
  {
    what: "duplicate ids",
    args: bench("-d", "bad.json"),
    files: {
      "bad.json": dataset([
        { id: "same", prompt: "p" },
        { id: "same", prompt: "q" },
      ]),
    },
    code: 3,
    says: [/bad\.json:\d+:\d+ test_cases\[1\]\.id/, /"?same"?/, /^hint: /m],
  },
  {
    what: "a missing variable",
    args: bench("-d", "bad.json"),
    files: { "bad.json": dataset([{ id: "a", prompt: "Use {{langauge}}", variables: { language: "Go" } }]) },
    code: 3,
    says: [/bad\.json:\d+:\d+/, /langauge/, /language/, /^hint: /m],
  },
  {
    what: "an empty dataset",
    args: bench("-d", "bad.json"),
    files: { "bad.json": dataset([]) },
    code: 3,
    says: [/test_cases/, /^hint: /m],
  },
  {
    what: "an empty file",
    args: bench("-d", "bad.json"),
    files: { "bad.json": "" },
    code: 3,
    says: [/bad\.json/, /empty/, /^hint: /m],
  },
  {
    what: "a category without cases",
    args: bench("-d", "good.json", "--category", "nothing"),
    code: 2,
    says: [/no test case has the category "nothing"/, /--category/],
  },
  {
    what: "an unknown provider",
    args: ["bench", "-d", "good.json", "-p", "opnai"],
    code: 2,
    says: [/unknown provider "opnai"/, /Did you mean openai\?/],
  },
  {
    what: "one target twice",
    args: ["bench", "-d", "good.json", "-p", "openai,openai"],
    code: 2,
    says: [/named twice/, /alias/],
  },
  {
    what: "a missing key of OpenAI",
    args: bench("-d", "good.json"),
    env: { OPENAI_API_KEY: "" },
    code: 4,
    says: [/openai needs a key, and OPENAI_API_KEY/, /export OPENAI_API_KEY=…/, /the simulator, sim,/],
  },
  {
    what: "a missing key of Anthropic",
    args: bench("-d", "good.json"),
    env: { ANTHROPIC_API_KEY: " " },
    code: 4,
    says: [/anthropic needs a key, and ANTHROPIC_API_KEY/, /export ANTHROPIC_API_KEY=…/],
  },
  {
    what: "a base URL that is none",
    args: bench("-d", "good.json"),
    env: { OPENAI_BASE_URL: "not a url" },
    code: 2,
    says: [/OPENAI_BASE_URL/, /^hint: /m],
  },
  {
    what: "an unknown flag",
    args: bench("-d", "good.json", "--concurency", "5"),
    code: 2,
    says: [/unknown option '--concurency'/, /Did you mean --concurrency\?/, /--help/],
  },
  {
    what: "an unknown command",
    args: ["bnech"],
    code: 2,
    says: [/unknown command 'bnech'/, /Did you mean bench\?/, /--help/],
  },
  {
    what: "no dataset at all",
    args: bench(),
    code: 2,
    says: [/--dataset/, /--help/],
  },
  ...(
    [
      ["-c", "0", /whole number/],
      ["-c", "many", /whole number/],
      ["--temperature", "3", /from 0 to 2/],
      ["--max-tokens", "1.5", /whole number/],
      ["--timeout", "soon", /500ms/],
      ["--repeat", "0", /whole number/],
      ["-e", "xml", /json, csv, both/],
    ] as const
  ).map(([flag, value, allowed]) => ({
    what: `${flag} ${value}`,
    args: bench("-d", "good.json", flag, value),
    code: 2,
    says: [new RegExp(`${flag}\\b.*'${value}' is invalid`), allowed],
  })),
  {
    what: "--resume with --force",
    args: bench("-d", "good.json", "-o", "out", "--resume", "--force"),
    code: 2,
    says: [/--resume cannot be combined with --force/, /^hint: /m],
  },
  {
    what: "--resume without --output",
    args: bench("-d", "good.json", "--resume"),
    code: 2,
    says: [/--resume needs --output/],
  },
  {
    what: "an unknown CSV field",
    args: bench("-d", "good.json", "--fields", "target,duraton_ms"),
    code: 2,
    says: [/unknown CSV field "duraton_ms"/, /Did you mean "duration_ms"\?/],
  },
  {
    what: "an output directory whose path is a file",
    args: bench("-d", "good.json", "-o", "good.json"),
    code: 6,
    says: [/good\.json/, /^hint: /m],
  },
  {
    what: "an output directory below a file",
    args: bench("-d", "good.json", "-o", "good.json/out"),
    code: 6,
    says: [/good\.json/, /^hint: /m],
  },
];

describe("what can be known before the first request is said before it", () => {
  let server: Simulator;
  beforeAll(async () => {
    server = await startSimulator({ ttftMs: 1, tpotMs: 1, tokens: 2 }, systemClock);
  });
  afterAll(() => server.close());

  it.each(BAD_COMMANDS)("$what ends with one message, code $code and no request", async (row) => {
    const cwd = withFiles(row.files);
    const before = readdirSync(cwd);
    const result = await runHere(row.args, { cwd, env: { ...addresses(server.url), ...row.env } });
    expectOneMessage(result, row.says);
    expect(result).toMatchObject({ code: row.code, stdout: "" });
    expect(server.stats.requests).toBe(0);
    expect(readdirSync(cwd)).toEqual(before);
  });

  it("no command at all shows the help on stderr with code 2", async () => {
    const { code, stdout, stderr } = await runHere([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/Usage: llm-test-bench/);
  });
});

describe("directories", () => {
  it("one that holds a run is left alone, and what to do is said", async () => {
    const server = await answering(() => ({ text: "fine" }));
    const cwd = withFiles();
    const options = { cwd, env: addresses(server.url) };
    const args = bench("-d", "good.json", "-o", "out");
    expect((await runHere(args, options)).code).toBe(0);
    const sent = server.calls.length;
    const before = readFileSync(join(cwd, "out", "results.jsonl"));
    const result = await runHere(args, options);
    expectOneMessage(result, [/already holds a run/, /--resume.*--output.*--force/]);
    expect(result.code).toBe(2);
    expect(server.calls).toHaveLength(sent);
    expect(readFileSync(join(cwd, "out", "results.jsonl"))).toEqual(before);
  });

  it("one that another process is writing to is refused, and that process is named", async () => {
    const server = await simulator({ ttftMs: 60_000, tpotMs: 0, tokens: 2 });
    const options = { cwd: withFiles(), env: addresses(server.url) };
    const first = startCli(["bench", "-d", "good.json", "-p", "openai", "-o", "out", "--json"], options);
    await first.waitFor("stderr", /"run_started"/);
    await expect.poll(() => server.stats.inFlight).toBe(5);
    for (const flag of ["--resume", "--force"]) {
      const second = await runHere(["bench", "-d", "good.json", "-p", "openai", "-o", "out", flag], options);
      expectOneMessage(second, [new RegExp(`in use by process ${first.pid}`), /^hint: .*--output/m]);
      expect(second.code).toBe(2);
    }
    expect(server.stats.requests).toBe(5);
    first.kill("SIGKILL");
    expect((await first.done).signal).toBe("SIGKILL");
  });
});

const openaiError = (message: string, more: object = {}): object => ({
  error: { message, type: "invalid_request_error", ...more },
});
const anthropicError = (type: string, message: string): object => ({ type: "error", error: { type, message } });

/** Each wire's own way of saying so. */
const refusal = (
  openai: readonly [number, object],
  anthropic: readonly [number, object],
): ((call: ModelCall) => ModelReply) => {
  return ({ path }) => {
    const [status, body] = path.endsWith("/messages") ? anthropic : openai;
    return { status, body };
  };
};

const unauthorised = refusal(
  [401, openaiError("Incorrect API key provided", { code: "invalid_api_key" })],
  [401, anthropicError("authentication_error", "invalid x-api-key")],
);

describe("while running", () => {
  it.each([
    {
      what: "a key that no target accepts",
      reply: unauthorised,
      code: 4,
      failure: "auth",
      advice: /check its API key/,
    },
    {
      what: "an unknown model",
      reply: refusal(
        [404, openaiError("The model `m` does not exist", { code: "model_not_found" })],
        [404, anthropicError("not_found_error", "model: m")],
      ),
      code: 1,
      failure: "not_found",
      advice: /check the model's name/,
    },
    {
      what: "an account without quota",
      reply: refusal(
        [
          429,
          openaiError("You exceeded your current quota", { type: "insufficient_quota", code: "insufficient_quota" }),
        ],
        [400, anthropicError("invalid_request_error", "Your credit balance is too low to access the Anthropic API.")],
      ),
      code: 1,
      failure: "quota",
      advice: /its account has no quota left/,
    },
  ])("$what gives each target up at its first answer, with code $code", async ({ reply, code, failure, advice }) => {
    const server = await answering(reply);
    const cwd = withFiles();
    const result = await runHere(bench("-d", "good.json", "-c", "1", "-o", "out"), { cwd, env: addresses(server.url) });
    expect(result.code).toBe(code);
    expect(server.calls).toHaveLength(2);
    for (const target of ["openai:gpt-4o-mini", "anthropic:claude-haiku-4-5"]) {
      expect(result.stderr).toMatch(
        new RegExp(`^error: ${target} was given up \\(${failure}\\): ${advice.source}`, "m"),
      );
      const results = resultsIn(join(cwd, "out")).filter((each) => each.target === target);
      expect(results.map(({ status }) => status)).toEqual(["failure", ...Array<string>(5).fill("skipped")]);
      expect(results[0]?.error?.code).toBe(failure);
    }
    expect(result.stderr).not.toMatch(/\n\s+at /);
    expect(result.stdout).toContain(failure);
  });

  it("a key that one of two targets does not accept leaves the other to go on, with code 1", async () => {
    const server = await answering((call) => (call.path.endsWith("/messages") ? unauthorised(call) : { text: "fine" }));
    const cwd = withFiles();
    const result = await runHere(bench("-d", "good.json", "-c", "1", "-o", "out"), { cwd, env: addresses(server.url) });
    expect(result.code).toBe(1);
    expectOneMessage(result, [/anthropic:claude-haiku-4-5 was given up \(auth\): check its API key/]);
    const statusesOf = (label: string): string[] =>
      resultsIn(join(cwd, "out")).flatMap(({ target, status }) => (target === label ? [status] : []));
    expect(statusesOf("openai:gpt-4o-mini")).toEqual(Array<string>(6).fill("success"));
    expect(statusesOf("anthropic:claude-haiku-4-5")).toEqual(["failure", ...Array<string>(5).fill("skipped")]);
  });

  it.each([
    { what: "a refused connection", failure: "refused", advice: /check that the server runs/ },
    { what: "an unknown host", failure: "dns", advice: /check the base URL and the network/ },
    { what: "TLS to a server that speaks none", failure: "tls", advice: /check the base URL's scheme/ },
  ])("$what ends with code 5 and what to do", async ({ failure, advice }) => {
    const server = await answering(() => ({ text: "fine" }));
    const urls: Record<string, string> = {
      refused: server.url,
      dns: "http://no-such-host.invalid",
      tls: server.url.replace("http:", "https:"),
    };
    if (failure === "refused") await server.close();
    const cwd = withFiles();
    const args = ["bench", "-d", "good.json", "-p", "openai", "-c", "1", "-o", "out"];
    const result = await runHere(args, { cwd, env: addresses(urls[failure] ?? "") });
    expectOneMessage(result, [new RegExp(`given up \\(${failure}\\): `), advice]);
    expect(result.code).toBe(5);
    expect(server.calls).toHaveLength(0);
    expect(resultsIn(join(cwd, "out")).map(({ error }) => error?.code ?? null)).toEqual([
      failure,
      ...Array<null>(5).fill(null),
    ]);
  });
});

const KEYS = {
  openai: "sk-proj-Zq7Wm3Xv9Kp2Lr8Tn4Yb6Hc1",
  anthropic: "sk-ant-Jd5Fg8Rs2Vx7Qw4Mz9Pk3Nb6",
} as const;

/** Every file below a directory as its bytes, and all that was written to the terminal. */
function everythingWritten(directory: string, result: CliResult): Map<string, string> {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name));
  return new Map([
    ["stdout", result.stdout],
    ["stderr", result.stderr],
    ...paths.map((path): [string, string] => [path, readFileSync(path, "latin1")]),
  ]);
}

/** Any ten characters of a key that stand together would already be too much. */
function placesWithKey(written: ReadonlyMap<string, string>): string[] {
  const pieces = Object.values(KEYS).flatMap((key) =>
    Array.from({ length: key.length - 9 }, (_, i) => key.slice(i, i + 10)),
  );
  return [...written.keys()].filter((place) => pieces.some((piece) => written.get(place)?.includes(piece)));
}

const sentKey = ({ headers }: ModelCall): string => {
  const key = headers["x-api-key"] ?? headers.authorization;
  return String(key).replace("Bearer ", "");
};

describe("no API key appears in any file or output", () => {
  const env = (url: string): Record<string, string> => ({
    ...addresses(url),
    OPENAI_API_KEY: KEYS.openai,
    ANTHROPIC_API_KEY: KEYS.anthropic,
  });

  it.each([
    { flags: ["--verbose"] },
    { flags: ["--json"] },
    { flags: ["--no-stream", "--verbose"] },
    { flags: ["--no-save-responses"] },
  ])("when the server echoes it in answers, errors and headers ($flags)", async ({ flags }) => {
    const server = await answering((call) => {
      const key = sentKey(call);
      const headers = { "x-request-id": `req-${key}`, "request-id": `req-${key}`, "x-echo": key };
      const errors: ModelReply[] = [
        { status: 400, body: openaiError(`bad request with key ${key} in it`), headers },
        { status: 500, body: { error: `server error\nkey "${key}"` }, headers },
        // Messages are cut after some hundred characters: none of these cuts may leave a part of the key.
        { status: 400, body: openaiError(`${"x".repeat(580)} ${key}`), headers },
        { status: 400, body: anthropicError("invalid_request_error", `${"x".repeat(587)}${key}`), headers },
      ];
      return errors[call.number % 8] ?? { text: `The key is ${key}, or JSON: {"key":"${key}"}`, headers };
    });
    const cwd = withFiles();
    const args = bench("-d", "good.json", "-c", "1", "--repeat", "2", "--retries", "1", "-o", "out", ...flags);
    const result = await runHere(args, { cwd, env: env(server.url) });
    expect(result.code).toBe(1);
    expect(new Set(server.calls.map(sentKey))).toEqual(new Set(Object.values(KEYS)));
    const results = resultsIn(join(cwd, "out"));
    expect(results.some(({ status }) => status === "success")).toBe(true);
    expect(results.some(({ status }) => status === "failure")).toBe(true);
    const written = everythingWritten(cwd, result);
    expect(written.size).toBeGreaterThan(6);
    expect(placesWithKey(written)).toEqual([]);
  });

  it("when the server refuses it and quotes it", async () => {
    const server = await answering((call) =>
      refusal(
        [401, openaiError(`Incorrect API key provided: ${sentKey(call)}.`, { code: "invalid_api_key" })],
        [401, anthropicError("authentication_error", `invalid x-api-key ${sentKey(call)}`)],
      )(call),
    );
    const cwd = withFiles();
    const result = await runHere(bench("-d", "good.json", "-o", "out", "--verbose"), { cwd, env: env(server.url) });
    expect(result.code).toBe(4);
    expect(placesWithKey(everythingWritten(cwd, result))).toEqual([]);
  });

  it("when it is part of the base URL", async () => {
    const server = await answering(() => ({ text: "fine" }));
    const cwd = withFiles();
    const url = `${server.url}/v1?api_key=${KEYS.openai}`;
    const variables = { ...env(server.url), OPENAI_BASE_URL: url };
    const result = await runHere(bench("-d", "good.json", "-o", "out", "--verbose"), { cwd, env: variables });
    expect(placesWithKey(everythingWritten(cwd, result))).toEqual([]);
  });
});
