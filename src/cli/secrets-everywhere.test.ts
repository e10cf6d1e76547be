import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runInProcess, type InProcess } from "../../test/support/in-process.ts";
import { proxyServer } from "../../test/support/proxy-server.ts";
import { plainResponse, rawServer, STREAM_HEAD, streamChunk } from "../../test/support/raw-server.ts";
import { closedAfterTest } from "../../test/support/servers.ts";

// Everything that a server is told comes back in everything that it says; ten characters of a secret are a leak.

const SECRETS = {
  key: 'sk-"quoted"\\key-0123456789',
  header: "Tenant-ZYXWVUTSRQPONM",
  flag: "Flag-mlkjihgfedcba",
  proxy: "Proxy-AbCdEfGhIjKlMn",
  path: "a1b2c3d4e5f6g7h8i9j0",
};

let cwd: string;
beforeEach(() => void (cwd = mkdtempSync(join(tmpdir(), "secrets-"))));
afterEach(() => rmSync(cwd, { recursive: true }));

const DATASET_PASSWORD = "Dataset/p@ss-0123";
const hexOf = (text: string): string => Buffer.from(text).toString("hex");
const escapedOf = (text: string): string =>
  Array.from(text, (character) => `\\u00${character.charCodeAt(0).toString(16)}`).join("");

function leaksIn(texts: readonly string[]): string[] {
  const all = texts.join("\n");
  const plain = [...Object.values(SECRETS), DATASET_PASSWORD];
  const secrets = [
    ...plain,
    ...plain.map((secret) => JSON.stringify(secret).slice(1, -1)),
    ...plain.map(encodeURIComponent),
    ...plain.map(hexOf),
    ...plain.map(escapedOf),
    ...["", ":", "ab"].flatMap((before) => plain.map((secret) => btoa(before + secret).slice(before.length * 2, -4))),
    btoa(`user:${SECRETS.proxy}`),
  ];
  const pieces = secrets.flatMap((secret) =>
    Array.from({ length: secret.length - 9 }, (_, start) => secret.slice(start, start + 10)),
  );
  return pieces.filter((piece) => all.includes(piece));
}

/** The text of an answer, cut where a secret is. */
const inTwo = (text: string): string[] => [text.slice(0, text.length / 2), text.slice(text.length / 2)];

type Echo = (told: string) => string | Buffer;
const delta = (content: string, finish_reason: string | null = null): string =>
  `data: ${JSON.stringify({ choices: [{ delta: { content }, finish_reason }] })}\n\n`;
const json = (body: object): string => JSON.stringify(body);

const SERVERS: readonly (readonly [string, boolean, Echo])[] = [
  ["an error", false, (told) => plainResponse(401, json({ error: { message: `who is ${told}?` } }))],
  ["an error that is no JSON", false, (told) => plainResponse(500, `<html>${told}</html>`)],
  ["an error that is cut", false, (told) => plainResponse(400, json({ error: { message: "x".repeat(480) + told } }))],
  [
    "a redirect",
    false,
    (told) => plainResponse(307, "", { location: `http://other.test/?key=${encodeURIComponent(told)}` }),
  ],
  [
    "an answer",
    false,
    (told) => plainResponse(200, json({ id: told, model: told, choices: [{ message: { content: told } }] })),
  ],
  ["an error in hex", false, (told) => plainResponse(401, json({ error: { message: hexOf(told) } }))],
  ["an error in base64", false, (told) => plainResponse(401, json({ detail: `Bearer ${btoa(`x ${told}`)}` }))],
  [
    "an error with every character escaped",
    false,
    (told) => plainResponse(401, `{"error":{"message":"who is ${escapedOf(told)}?"}}`),
  ],
  [
    "an answer with escapes inside escapes",
    false,
    (told) =>
      plainResponse(
        200,
        json({
          id: "i",
          model: "m",
          choices: [{ message: { content: json([escapedOf(told), encodeURIComponent(told)]) } }],
        }),
      ),
  ],
  [
    "a stream of base64 in pieces",
    true,
    (told) =>
      Buffer.concat([
        Buffer.from(STREAM_HEAD),
        ...inTwo(btoa(told)).map((half) => streamChunk(delta(half))),
        streamChunk(`${delta("", "stop")}data: [DONE]\n\n`),
        Buffer.from("0\r\n\r\n"),
      ]),
  ],
  ["a header", false, (told) => plainResponse(400, "{}", { "x-request-id": told })],
  [
    "a stream in pieces",
    true,
    (told) =>
      Buffer.concat([
        Buffer.from(STREAM_HEAD),
        ...inTwo(told).map((half) => streamChunk(delta(half))),
        streamChunk(`${delta("", "stop")}data: [DONE]\n\n`),
        Buffer.from("0\r\n\r\n"),
      ]),
  ],
  [
    "a stream in pieces that breaks off",
    true,
    (told) =>
      Buffer.concat([
        Buffer.from(STREAM_HEAD),
        ...inTwo(told).map((half) => streamChunk(delta(half))),
        Buffer.from("0\r\n\r\n"),
      ]),
  ],
  [
    "an error in a stream",
    true,
    (told) => Buffer.concat([Buffer.from(STREAM_HEAD), streamChunk(`data: ${json({ error: { message: told } })}\n\n`)]),
  ],
];

describe("a server that repeats what it was told in", () => {
  const configure = (baseUrl: string): void => {
    writeFileSync(join(cwd, "key.txt"), SECRETS.key);
    const mine = {
      type: "openai",
      base_url: baseUrl,
      default_model: "m",
      max_retries: 0,
      api_key_file: join(cwd, "key.txt"),
    };
    const headers = { "x-tenant": SECRETS.header };
    writeFileSync(join(cwd, "llm-test-bench.config.json"), json({ providers: { mine: { ...mine, headers } } }));
    writeFileSync(join(cwd, "d.json"), json({ name: "d", version: "1", test_cases: [{ id: "t", prompt: "Hi" }] }));
  };

  it.each(SERVERS)("%s", async (_name, stream, echo) => {
    const server = closedAfterTest(
      await rawServer((socket, { head }) => {
        const told = Object.values(SECRETS).filter((secret) => head.includes(secret));
        socket.end(echo(told.join(" ")));
      }),
    );
    const proxy = await proxyServer({ port: Number(new URL(server.url).port) });
    configure(`http://api.test/v1/${SECRETS.path}`);
    const env = { HTTP_PROXY: proxy.url.replace("//", `//user:${SECRETS.proxy}@`) };
    const flags = [...(stream ? [] : ["--no-stream"]), "--header", `X-Flag: ${SECRETS.flag}`];
    const run = (...args: string[]): Promise<InProcess> => runInProcess([...args, ...flags], { cwd, env });
    const bench = ["bench", "-d", join(cwd, "d.json"), "-p", "mine", "--retries", "0"];
    const runs = [
      await run(...bench, "-o", "plain", "--verbose"),
      await run(...bench, "-o", "json", "--json"),
      await run("test", "mine", "--prompt", "Hi"),
      await run("test", "mine", "--prompt", "Hi", "--json"),
    ];
    expect(server.requests.length).toBeGreaterThanOrEqual(4);
    for (const { head } of server.requests)
      for (const name of ["key", "header", "flag"] as const) expect(head).toContain(SECRETS[name]);
    const files = ["plain", "json"].flatMap((name) =>
      readdirSync(join(cwd, name)).map((file) => readFileSync(join(cwd, name, file), "utf8")),
    );
    expect(leaksIn([...runs.flatMap(({ stdout, stderr }) => [stdout, stderr]), ...files])).toEqual([]);
    expect(files.join("")).toContain("api.test");
  });

  it("nothing at all, since only the configuration and the providers are shown", async () => {
    configure("http://127.0.0.1:1/v1");
    const env = { HTTPS_PROXY: `http://user:${SECRETS.proxy}@proxy.test:1`, OPENAI_API_KEY: SECRETS.key };
    const shown = await Promise.all(
      [["config", "show"], ["config", "show", "--json"], ["providers"], ["providers", "--json"]].map((args) =>
        runInProcess(args, { cwd, env }),
      ),
    );
    expect(leaksIn(shown.flatMap(({ stdout, stderr }) => [stdout, stderr]))).toEqual([]);
  });
});

describe("a key in the wrong place of a configuration", () => {
  const commands = [
    ["config", "show"],
    ["config", "show", "--json"],
    ["providers"],
    ["providers", "--json"],
    ["test", "mine", "--prompt", "Hi"],
    ["bench", "-d", "coding-tasks", "-p", "mine", "--dry-run"],
  ];

  it.each([
    ["the file", { api_key_file: SECRETS.key }],
    ["the file, with a folder before it", { api_key_file: `./${SECRETS.path}` }],
    ["the file, as a word", { api_key_file: SECRETS.flag }],
    ["the variable", { api_key_env: SECRETS.path }],
    ["the path of the address", { base_url: `http://127.0.0.1:1/v1/${SECRETS.path}/openai` }],
    ["the address", { base_url: SECRETS.flag }],
    ["the user of the address", { base_url: `http://${SECRETS.path}@127.0.0.1:1/v1` }],
    ["the address's query", { base_url: `http://127.0.0.1:1/v1?key=${SECRETS.path}` }],
    ["the address's path, which has a query as well", { base_url: `http://127.0.0.1:1/${SECRETS.path}/v1?a=b` }],
  ])("is shown nowhere: %s", async (_where, entry) => {
    const mine = { type: "openai", base_url: "http://127.0.0.1:1/v1", default_model: "m", max_retries: 0, ...entry };
    writeFileSync(join(cwd, "llm-test-bench.config.json"), json({ providers: { mine } }));
    for (const args of commands) {
      const { stdout, stderr } = await runInProcess(args, { cwd });
      expect([args, leaksIn([stdout, stderr])]).toEqual([args, []]);
    }
  });
});

describe("a key in the wrong place of a command, a setting or a module", () => {
  const KEY = "sk-proj-AbCdEf0123456789ZyXw";
  const run = (...args: string[]): Promise<InProcess> => runInProcess(args, { cwd });
  const configs: Readonly<Record<string, string>> = {
    "type.json": json({ providers: { mine: { type: KEY, default_model: "m" } } }),
    "prices.json": json({ providers: { mine: { type: "openai", prices: KEY, base_url: "http://127.0.0.1:1" } } }),
    "number.json": json({ benchmarks: { concurrency: KEY } }),
    "name.json": json({ providers: { [KEY]: { type: "none" } } }),
    "module.mjs": `throw new Error("cannot use ${KEY}")`,
  };

  it("is repeated by no message", async () => {
    for (const [file, text] of Object.entries(configs)) writeFileSync(join(cwd, file), text);
    const runs = [
      ...(await Promise.all(Object.keys(configs).map((file) => run("config", "show", "--config", file)))),
      await run("config", "show", "--config", "type.json", "--json"),
      await run("config", "show", `--api-key=${KEY}`),
      await run("bench", "coding-tasks", "--api-token=hunter2-and-more"),
      await run("bench", "coding-tasks", "-p", KEY),
      await run("test", KEY, "--prompt", "Hi"),
      await run("datasets", "show", `http://me:${KEY}/x@127.0.0.1:1/x`),
      await run(KEY),
    ];
    expect(runs.map(({ code }) => code)).toEqual(runs.map(() => expect.toSatisfy((code: number) => code > 1)));
    for (const { stdout, stderr } of runs) expect(stdout + stderr).not.toMatch(/AbCdEf|hunter2/);
    expect(runs[0]?.stderr).toContain('found "[secret]"');
  });

  it.each([
    `exec:./ask.sh --api-key ${KEY}`,
    `exec:API_KEY=0123456789abcdef0123456789abcdef ./ask.sh`,
    `exec:curl -H 'Authorization: Bearer a1b2c3d4e5f6g7h8i9j0' http://127.0.0.1:1`,
  ])("is refused in a command, which names the target: %s", async (target) => {
    const { code, stderr } = await run("bench", "coding-tasks", "-p", target, "-o", "out");
    expect([code, stderr]).toEqual([2, expect.stringContaining("$MY_API_KEY")]);
    expect(stderr).not.toMatch(/AbCdEf|abcdef|a1b2/);
  });
});

describe("a command of the user's own", () => {
  it("may print the keys that its environment gives it, and they are masked", async () => {
    const env = {
      MY_TOKEN: "correct horse battery",
      OPENAI_API_KEY: SECRETS.key,
      DB: "pg://me:pa55word@h/x",
      OK: "yes",
    };
    const script = 'exec:echo "$OK $MY_TOKEN"; echo "$OPENAI_API_KEY $DB" >&2; exit $LLM_TEST_BENCH_SEED';
    for (const seed of ["0", "3"]) {
      const bench = ["bench", "coding-tasks", "--limit", "1", "-p", script, "--retries", "0", "--request-seed", seed];
      const runs = [
        await runInProcess([...bench, "-o", `out${seed}`, "--verbose"], { cwd, env: { ...process.env, ...env } }),
        await runInProcess(["test", script, "--prompt", "Hi"], { cwd, env: { ...process.env, ...env } }),
      ];
      const files = readdirSync(join(cwd, `out${seed}`)).map((file) =>
        readFileSync(join(cwd, `out${seed}`, file), "utf8"),
      );
      const all = [...runs.flatMap(({ stdout, stderr }) => [stdout, stderr]), ...files].join("\n");
      expect([seed, all.match(/horse|quoted|pa55word/)]).toEqual([seed, null]);
      expect(all).toContain("yes");
    }
  });
});

describe("the password of a dataset's address", () => {
  const dataset = json({ name: "d", version: "1", test_cases: [{ id: "t", prompt: "Hi" }] });

  it("is sent to its server and shown nowhere", async () => {
    const authorization = `Basic ${btoa(`me:${DATASET_PASSWORD}`)}`;
    const server = closedAfterTest(
      await rawServer((socket, { head }) => {
        const known = head.includes(authorization) && !head.includes("/gone");
        socket.end(known ? plainResponse(200, dataset) : plainResponse(404, "{}"));
      }),
    );
    const login = `me:${encodeURIComponent(DATASET_PASSWORD)}@`;
    const address = (path: string): string => `${server.url}/${path}?token=${SECRETS.path}`.replace("//", `//${login}`);
    const run = (...args: string[]): Promise<InProcess> => runInProcess(args, { cwd });
    const good = address("d.json");
    const runs = [
      await run("bench", "-d", good, "-p", "sim:fast", "-o", "out"),
      await run("bench", "-d", good, "-p", "sim:fast", "-o", "out", "--force", "--json"),
      await run("datasets", "validate", good),
      await run("datasets", "validate", good, "--json"),
      await run("datasets", "show", good),
      await run("datasets", "show", good, "--json"),
      await run("datasets", "sample", good, "--cases", "1"),
      await run("journal", "check", "out"),
    ];
    expect(runs.map(({ code }) => code)).toEqual(runs.map(() => 0));
    const others = [
      await run("bench", "-d", address("gone.json"), "-p", "sim:fast", "-o", "out2"),
      await run("datasets", "validate", address("gone.json"), "--json"),
      await run("bench", "-d", good.replace("http:", "ftp:"), "-p", "sim:fast", "-o", "out2"),
      await run("bench", "-d", good.replace(/:\d+/, ":1"), "-p", "sim:fast", "-o", "out2"),
      await run("bench", `--datasett=${good}`, "-p", "sim:fast"),
      await run("resume", "out", "--retry-failed", "--duration", "1s"),
    ];
    expect(others.map(({ code }) => code)).not.toContain(0);
    expect(others.at(-1)?.stderr).toContain("recorded without its password");
    const files = readdirSync(join(cwd, "out")).map((file) => readFileSync(join(cwd, "out", file), "utf8"));
    expect(leaksIn([...[...runs, ...others].flatMap(({ stdout, stderr }) => [stdout, stderr]), ...files])).toEqual([]);
    expect(files.join("")).toContain("[secret]@127.0.0.1");
  });
});
