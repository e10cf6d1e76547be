import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { runInProcess } from "../../test/support/in-process.ts";
import { plainResponse, rawServer } from "../../test/support/raw-server.ts";

vi.setConfig({ testTimeout: 60_000 });

// Written out, so that a slip in the pattern of the source is not repeated here. Line feeds and tabs may stay.
const HARMFUL =
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
/** What our own code writes on a terminal: tones, and the way back over the progress. */
// oxlint-disable-next-line no-control-regex -- as above
const OWN = /\u001b\[(?:1|2|22|31|32|33|39)m|\u001b\[\d+F|\u001b\[[JK]/g;

/** Retitles, recolors, goes up, overwrites, clears with one character, turns the text around, and ends a line unseen. */
const EVIL =
  "E\u001b]0;owned\u0007\u001b[31mv\u001b[3A\u001b[2K\rov\u009b2Ji\u0085\u007f\u0008\u202el\u2066\u200f\u061c\u2028!";
/** The same as a file's name, where it cannot hold a slash. */
const FILE = `${EVIL}.json`;

let cwd: string;
let before: string;
let close: () => Promise<void>;

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), "hostile-text-"));
  // Paths of datasets start at the directory of the process.
  before = process.cwd();
  process.chdir(cwd);
  const server = await rawServer((socket, { body }) => {
    const isGood = body.includes("good");
    const answer = {
      id: EVIL,
      model: EVIL,
      system_fingerprint: EVIL,
      choices: [{ message: { content: EVIL, reasoning_content: EVIL }, finish_reason: EVIL }],
    };
    const refusal = { error: { message: `no ${EVIL}`, type: EVIL, code: EVIL } };
    const headers = { "x-request-id": "r\u00e9\u009b1" };
    socket.end(plainResponse(isGood ? 200 : 400, JSON.stringify(isGood ? answer : refusal), headers));
  });
  close = () => server.close();
  const providers = {
    mine: {
      type: "openai",
      base_url: `${server.url}/v1`,
      default_model: EVIL,
      max_retries: 0,
      headers: { "x-title": "t" },
    },
    odd: {
      type: "openai",
      base_url: `http://h/${encodeURIComponent(EVIL)}`,
      api_key_file: `/none/${EVIL}`,
      default_model: EVIL,
    },
  };
  writeFileSync(join(cwd, "config.json"), JSON.stringify({ providers, benchmarks: { output_dir: EVIL } }));
  writeFileSync(join(cwd, "evil.json"), JSON.stringify({ providers: { [EVIL]: { type: EVIL, [EVIL]: EVIL } } }));
  const test_cases = [
    {
      id: EVIL,
      prompt: `good {{word}} ${EVIL}`,
      category: EVIL,
      variables: { word: EVIL },
      metadata: { [EVIL]: EVIL },
      expected: EVIL,
    },
    { id: `b${EVIL}`, prompt: EVIL, category: EVIL, config: { model: EVIL } },
  ];
  writeFileSync(join(cwd, FILE), JSON.stringify({ name: EVIL, version: EVIL, description: EVIL, test_cases }));
  writeFileSync(
    join(cwd, `bad${FILE}`),
    JSON.stringify({ name: EVIL, version: 1, [EVIL]: 1, test_cases: [{ id: EVIL, [EVIL]: EVIL }] }),
  );
  writeFileSync(join(cwd, "rows.csv"), `id,prompt,category\na,"${EVIL} good",${EVIL}\n`);
});
afterAll(async () => {
  await close();
  process.chdir(before);
  rmSync(cwd, { recursive: true });
});

const bench = [
  "bench",
  "-d",
  FILE,
  "-p",
  `mine,b=mine:x${EVIL}`,
  "--config",
  "config.json",
  "--no-stream",
  "--retries",
  "0",
];

/** Each with where its text goes; what makes a run comes first. */
const COMMANDS: readonly (readonly string[])[] = [
  [...bench, "-o", "one", "--force"],
  [...bench, "-o", "two", "--force", "--verbose"],
  [...bench, "-o", "three", "--force", "--json"],
  [...bench, "-o", EVIL, "--force"],
  [...bench, "--dry-run"],
  ["resume", "one", "--retry-failed", "--config", "config.json", "--verbose"],
  ["compare", "one", "two"],
  ["compare", "one", "two", "--json"],
  ["compare", EVIL, "nothing"],
  ["journal", "check", "one"],
  ["journal", "check", "one", "--json"],
  ["journal", "check", EVIL],
  ["export", "one", "--format", "md", "-o", "-"],
  ["export", "one", "--format", "json", "-o", "-"],
  ["export", EVIL, "--format", "csv", "--fields", EVIL],
  ["test", "mine", "--prompt", `good ${EVIL}`, "--config", "config.json", "--no-stream"],
  ["test", "mine", "--prompt", EVIL, "--config", "config.json", "--no-stream"],
  ["test", `mine:${EVIL}`, "--prompt", "good", "--config", "config.json", "--no-stream", "--json"],
  ["datasets", "validate", FILE, `bad${FILE}`, "rows.csv", EVIL],
  ["datasets", "validate", FILE, `bad${FILE}`, "--json"],
  ["datasets", "show", FILE],
  ["datasets", "show", FILE, "--json"],
  ["datasets", "show", FILE, "--case", EVIL],
  ["datasets", "show", FILE, "--case", EVIL, "--json"],
  ["datasets", "show", FILE, "--case", `c${EVIL}`],
  ["datasets", "show", FILE, "--case", EVIL, "-p", "mine", "--config", "config.json"],
  ["datasets", "show", `bad${FILE}`],
  ["datasets", "sample", FILE, "--cases", "1", "--stratify", "category"],
  ["datasets", "sample", FILE, "--cases", "1", "--to", "yaml"],
  ["datasets", "sample", FILE, "--cases", "1", "--to", "jsonl", "--allow-loss"],
  ["datasets", "convert", FILE, `${EVIL}.yaml`, "--force"],
  ["datasets", "init", EVIL, "--force"],
  ["datasets", "list", EVIL],
  ["config", "show", "--config", "config.json"],
  ["config", "show", "--config", "config.json", "--json"],
  ["config", "show", "--config", EVIL],
  ["config", "show", "--config", "evil.json"],
  ["providers", "--config", "evil.json", "--json"],
  ["config", "init", "--output", `/none/${EVIL}`],
  ["providers", "--config", "config.json"],
  ["providers", "--config", "config.json", "--json"],
  ["providers", "--config", "config.json", "--check"],
  ["providers", "--config", "config.json", "--check", "--json"],
  ["prices", EVIL],
  ["prices", EVIL, "--json"],
  ["simulate", "--host", EVIL],
  ["simulate", "--fail-kinds", EVIL],
  [EVIL],
  ["bench", `--${EVIL}`],
  ["bench", "-d", EVIL, "-p", EVIL],
  ["bench", "-d", `https://${EVIL}/`, "-p", "sim:fast"],
  ["bench", "-d", `http://127.0.0.1:1/${EVIL}`, "-p", "sim:fast"],
  ["bench", "-d", FILE, "-p", "sim:fast", "--fail-on", EVIL],
  ["bench", "-d", FILE, "-p", "sim:fast", "--header", EVIL, "--json"],
];

const shown = (args: readonly string[]): string => args.map((arg) => arg.replaceAll(EVIL, "EVIL")).join(" ");

it.each([undefined, 80])("no control character reaches what commands write (terminal: %s)", async (terminal) => {
  const found: unknown[] = [];
  const codes: number[] = [];
  let written = 0;
  for (const args of COMMANDS) {
    const { code, stdout, stderr } = await runInProcess(args, { cwd, ...(terminal === undefined ? {} : { terminal }) });
    codes.push(code);
    written += stdout.length + stderr.length;
    const text = `${stdout}${stderr}`.replaceAll(terminal === undefined ? /$^/g : OWN, "");
    const harmful = text.match(HARMFUL);
    if (harmful !== null)
      found.push([
        shown(args),
        harmful.map(encodeURIComponent),
        text.slice(text.search(HARMFUL) - 40, text.search(HARMFUL) + 40),
      ]);
    if (args.includes("--json") && stdout !== "") JSON.parse(stdout);
  }
  expect(found).toEqual([]);
  // Runs in which one case succeeds and one fails.
  expect(codes.slice(0, 4)).toEqual([1, 1, 1, 1]);
  expect(written).toBeGreaterThan(20_000);
});

it("a dataset's name cannot write a line of its own where each line is one file's verdict", async () => {
  const forged = { name: "n\nother.json: valid, x", version: "1\r\nforged", test_cases: [{ id: "a", prompt: "p" }] };
  writeFileSync(join(cwd, "forged.json"), JSON.stringify(forged));
  const { stdout } = await runInProcess(["datasets", "validate", "forged.json"], { cwd });
  expect(stdout).toBe("forged.json: valid, n other.json: valid, x 1 forged with 1 case\n");
});

it("no control character reaches a run's own files but its CSV, and JSON keeps every value", async () => {
  await runInProcess([...bench, "-o", "files", "--force"], { cwd });
  for (const file of readdirSync(join(cwd, "files"))) {
    const text = readFileSync(join(cwd, "files", file), "utf8");
    if (!file.endsWith(".csv")) expect([file, text.match(HARMFUL)]).toEqual([file, null]);
  }
  const results = JSON.parse(readFileSync(join(cwd, "files", "results.json"), "utf8")) as {
    run: { dataset: { name: string } };
  };
  expect(results.run.dataset.name).toBe(EVIL);
  const summary = readFileSync(join(cwd, "files", "summary.md"), "utf8");
  expect(summary).toContain("owned");
});

it("CSV keeps every byte in a pipe, and is shown like other text on a terminal", async () => {
  await runInProcess([...bench, "-o", "csv", "--force"], { cwd });
  const csv = ["export", "csv", "--format", "csv", "-o", "-"];
  expect((await runInProcess(csv, { cwd })).stdout).toContain(EVIL);
  expect((await runInProcess(csv, { cwd, terminal: 80 })).stdout.replaceAll(OWN, "").match(HARMFUL)).toBeNull();
  const sample = ["datasets", "sample", "rows.csv", "--cases", "1", "--to", "csv"];
  expect((await runInProcess(sample, { cwd })).stdout).toContain(EVIL);
  expect((await runInProcess(sample, { cwd, terminal: 80 })).stdout.match(HARMFUL)).toBeNull();
});
