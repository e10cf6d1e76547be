import { renameSync, rmSync, symlinkSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { seededRandom, type Random } from "../../src/core/random.ts";
import { faultOf, type FaultKind } from "../../src/simulator/faults.ts";
import { startCli, tempDir, type CliResult } from "../support/cli.ts";
import { runHere } from "../support/in-process.ts";
import { recordingSimulator } from "../support/recording-simulator.ts";
import { identityIn, identityOf, journalOf, SEEDS, totalsOf, writeDataset } from "../support/run-directory.ts";
import { closedAfterTest } from "../support/servers.ts";

const QUICK = { ttftMs: 3, tpotMs: 0.5, tokens: 6 };

/** A whole number from `least` to `most`. */
const draw = (random: Random, least: number, most: number): number => least + Math.floor(random() * (most - least + 1));

function bench(dataset: string, directory: string, ...more: string[]): string[] {
  const args = ["bench", "-d", dataset, "-o", directory, "-p", "a=sim:one,b=sim:two", "--quiet"];
  return [...args, ...more];
}

describe("killed at any moment", () => {
  const CASES = 60;
  const SLOTS = 8;
  const KILLS = 10;
  const failKinds: FaultKind[] = [
    "rate_limited",
    "overloaded",
    "connection",
    "stream_cut",
    "stream_error",
    "malformed",
  ];
  const targets = 2;

  test.each(SEEDS)(
    "SIGKILLs cost no journalled case, repeat at most what was in flight, and change no total (seed %i)",
    async (seed) => {
      const options = { ...QUICK, seed, fail: 0.3, failKinds };
      const dataset = writeDataset(CASES);
      const argsFor = (directory: string): string[] =>
        bench(dataset, directory, "-c", String(SLOTS), "--retries", "2", "--resume");
      const undisturbed = join(tempDir(), "run");
      const calm = await recordingSimulator(options);
      const reference = await runHere(argsFor(undisturbed), { env: { SIM_BASE_URL: calm.url } });

      const simulator = await recordingSimulator(options);
      const directory = join(tempDir(), "run");
      const random = seededRandom(`kills ${seed}`);
      let finished = new Set<string>();
      let last: CliResult | null = null;
      for (let life = 0; life <= KILLS; life += 1) {
        const sentBefore = simulator.requests.length;
        const endedBefore = simulator.ended;
        const started = startCli(argsFor(directory), { env: { SIM_BASE_URL: simulator.url } });
        if (life < KILLS) {
          // As many as this can always be reached: each case left is still to be sent, and answered, at least once.
          // A quarter leaves enough for the kills to come.
          const count = draw(random, 1, Math.floor((CASES * targets - finished.size) / 4));
          const atAnEnd = random() < 0.5;
          simulator.when(
            () => (atAnEnd ? simulator.ended - endedBefore : simulator.requests.length - sentBefore) >= count,
            () => void started.kill("SIGKILL"),
          );
        }
        last = await started.done;
        expect(last).toMatchObject({ signal: life < KILLS ? "SIGKILL" : null });

        const sent = new Set(simulator.requests.slice(sentBefore).map(identityIn));
        const sentAgain = [...sent].filter((identity) => finished.has(identity));
        expect(sentAgain).toEqual([]);
        finished = new Set(journalOf(directory).map(identityOf));
        const repeated = [...sent].filter((identity) => !finished.has(identity));
        expect(repeated.length).toBeLessThanOrEqual(SLOTS * targets);
      }

      expect(last?.code).toBe(reference.code);
      expect(totalsOf(directory)).toEqual(totalsOf(undisturbed));
      expect(attemptsIn(directory, options)).toEqual(attemptsIn(undisturbed, options));
      expect(journalOf(directory).map(identityOf).sort()).toEqual(
        ["one", "two"].flatMap((model) => Array.from({ length: CASES }, (_, i) => `${model} c${i}#0`)).sort(),
      );
    },
    150_000,
  );

  /**
   * Attempts by case, without the cases whose connection is reset: on a kept-alive connection a reset is taken for an
   * idle one closed, and is repeated at no cost, so their attempts depend on which connection they met.
   */
  function attemptsIn(directory: string, options: { seed: number; fail: number; failKinds: FaultKind[] }): object {
    const cases = journalOf(directory).filter(({ test_id, sample }) => {
      const key = encodeURIComponent(`${test_id}#${sample}`);
      return faultOf(options, key, 0) !== "connection";
    });
    return Object.fromEntries(cases.map((of) => [identityOf(of), of.attempts]));
  }
});

const answer = JSON.stringify({
  choices: [{ message: { role: "assistant", content: "yes" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
});

/** A server that fails every third prompt as long as it is ill, and keeps what it was asked. */
async function illServer(): Promise<{ url: string; prompts: string[]; heal: () => void }> {
  const prompts: string[] = [];
  let ill = true;
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (piece: Buffer) => (body += piece.toString()));
    request.on("end", () => {
      const { messages } = JSON.parse(body) as { messages: { content: string }[] };
      const prompt = messages.at(-1)?.content ?? "";
      prompts.push(prompt);
      const fails = ill && Number(/\d+$/.exec(prompt)?.[0]) % 3 === 0;
      response.writeHead(fails ? 500 : 200, { "content-type": "application/json" });
      response.end(fails ? '{"error":{"message":"ill"}}' : answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closedAfterTest({
    close: async () => {
      server.closeAllConnections();
      server.close();
    },
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, prompts, heal: () => (ill = false) };
}

const envOf = (url: string): Record<string, string> => ({ OPENAI_API_KEY: "test-key-of-openai", OPENAI_BASE_URL: url });

const plain = (dataset: string, directory: string, ...more: string[]): string[] =>
  ["bench", "-d", dataset, "-o", directory, "-p", "openai:m", "--no-stream", "--retries", "0"].concat(more);

test("--retry-failed sends what failed again, and nothing else; the later result counts", async () => {
  const { url, prompts, heal } = await illServer();
  const directory = join(tempDir(), "run");
  const dataset = writeDataset(12);
  const first = await runHere(plain(dataset, directory), { env: envOf(url) });
  expect(first.code).toBe(1);
  expect(first.stderr).toContain("--retry-failed");
  expect(totalsOf(directory)).toMatchObject([{ total: 12, succeeded: 8, failed: 4 }]);
  // A plain resume leaves failures as they are.
  expect((await runHere(["resume", directory, "--quiet"], { env: envOf(url) })).code).toBe(1);
  expect(prompts).toHaveLength(12);
  heal();
  const { code, stderr } = await runHere(["resume", directory, "--retry-failed", "--quiet"], { env: envOf(url) });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(
    prompts
      .slice(12)
      .map((prompt) => prompt.replace(/\D+/, ""))
      .sort(),
  ).toEqual(["0", "3", "6", "9"]);
  expect(totalsOf(directory)).toMatchObject([{ cases: 12, total: 12, succeeded: 12, failed: 0, failures_by_code: {} }]);
  expect(journalOf(directory)).toHaveLength(12);
  expect((await runHere(["journal", "check", directory])).code).toBe(0);
  // Nothing is left to be tried again.
  expect((await runHere(["resume", directory, "--retry-failed", "--quiet"], { env: envOf(url) })).code).toBe(0);
  expect(prompts).toHaveLength(16);
});

test("--retry-failed goes with a resume of a run with a number of requests", async () => {
  const { url } = await illServer();
  const directory = join(tempDir(), "run");
  const alone = await runHere(plain(writeDataset(2), directory, "--retry-failed"), { env: envOf(url) });
  expect([alone.code, alone.stderr]).toEqual([2, expect.stringContaining("--retry-failed needs --resume")]);
  await runHere(plain(writeDataset(2), directory, "--duration", "200ms"), { env: envOf(url) });
  const timed = await runHere(["resume", directory, "--retry-failed"], { env: envOf(url) });
  expect([timed.code, timed.stderr]).toEqual([2, expect.stringContaining("needs a run with a number of requests")]);
});

test("a file that leads elsewhere is refused with code 6, and costs nothing once it is a file again", async () => {
  const { url, prompts, heal } = await illServer();
  const directory = join(tempDir(), "run");
  const dataset = writeDataset(9);
  // Its first case fails, so that the rest is left.
  await runHere(plain(dataset, directory, "--fail-fast", "-c", "1"), { env: envOf(url) });
  heal();
  const responses = join(directory, "responses.jsonl");
  renameSync(responses, `${responses}.kept`);
  symlinkSync("/dev/full", responses);
  const before = prompts.length;
  const full = await runHere(["resume", directory, "--quiet"], { env: envOf(url) });
  expect(full).toMatchObject({ code: 6 });
  expect(full.stderr).toMatch(/^error: .+responses\.jsonl is a symbolic link, not a regular file\nhint: .+\n$/);
  expect(prompts).toHaveLength(before);
  rmSync(responses);
  renameSync(`${responses}.kept`, responses);
  const { code } = await runHere(["resume", directory, "--retry-failed", "--quiet"], { env: envOf(url) });
  expect(code).toBe(0);
  expect(totalsOf(directory)).toMatchObject([{ cases: 9, succeeded: 9 }]);
});
