import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { streamed } from "../../test/support/cases.ts";
import { systemClock } from "../core/clock.ts";
import type { Dataset, TestCase } from "../core/dataset.ts";
import type { RunEvent } from "../core/run-events.ts";
import {
  BenchmarkResults,
  BenchmarkRunner,
  Dataset as Datasets,
  failure,
  ProviderError,
  providers,
  type Provider,
} from "../index.ts";
import { startSimulator } from "../simulator/server.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "library-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function datasetOf(...cases: TestCase[]): Dataset {
  const about = { name: "mine", version: "1", description: null, defaults: {}, sha256: "0", source: "here" };
  return { ...about, cases: () => streamed(cases) };
}
const three = datasetOf({ id: "a", prompt: "A" }, { id: "b", prompt: "B" }, { id: "c", prompt: "C" });
const echo = providers.custom("echo", async ({ prompt }) => ({ content: prompt }), { model: "echo-1" });

describe("the library", () => {
  it("runs a provider of the user's own and keeps everything in a run directory", async () => {
    const events: RunEvent[] = [];
    const runner = new BenchmarkRunner({ directory: join(directory, "run"), concurrency: 2, repeat: 2 });
    const run = await runner.run(three, echo, { onEvent: (event) => events.push(event) });
    expect(run.summary).toMatchObject({ total: 6, succeeded: 6, usage_unknown: 6 });
    expect([...run.results].map(({ response }) => response?.content)).toEqual(expect.arrayContaining(["A", "B", "C"]));
    expect(run.manifest.status).toBe("finished");
    expect(events.filter(({ type }) => type === "case_finished")).toHaveLength(6);
    expect(readdirSync(run.directory)).toEqual(
      expect.arrayContaining(["run.json", "results.jsonl", "results.json", "results.csv", "summary.md"]),
    );
  });

  it("compares targets, and says how a provider's own failure was meant", async () => {
    const failing = providers.custom(
      "strict",
      async () => {
        throw new ProviderError("content_filter", "not this one");
      },
      { model: "s", label: "strict" },
    );
    const runner = new BenchmarkRunner({ directory: join(directory, "run"), exports: "none" });
    const run = await runner.run(three, [echo, failing]);
    expect(run.summaries.get("strict")).toMatchObject({ failed: 3, failures_by_code: { content_filter: 3 } });
    expect(run.comparison[0]).toMatchObject({ a: "echo:echo-1", b: "strict", metric: "success_rate", delta: 1 });
    expect(readdirSync(run.directory)).not.toContain("results.json");
  });

  it("takes a provider object that opens a channel for each slot", async () => {
    let open = 0;
    const provider: Provider = {
      name: "own",
      simulated: false,
      openChannel() {
        open += 1;
        return {
          send: async ({ observer }) => {
            const at = performance.now();
            observer.sent(at);
            const nothing = { connectStarted: null, connected: null, headers: null, firstByte: null };
            return {
              instants: { ...nothing, sent: at, firstToken: null, firstText: null, lastToken: null, done: at + 7 },
              gapsMs: [],
              deltasPerRead: [],
              reasoningStreamed: false,
              outcome: { ok: false, failure: failure("overloaded", "busy"), usage: null },
              requestId: "r1",
              systemFingerprint: null,
              raw: null,
            };
          },
          close: async () => void (open -= 1),
        };
      },
    };
    const target = providers.of(provider, { model: "m", retries: 0 });
    const run = await new BenchmarkRunner({ directory: join(directory, "run"), exports: "none" }).run(three, target);
    expect(run.summary.failures_by_code).toEqual({ overloaded: 3 });
    expect([...run][0]?.request_id).toBe("r1");
    expect(open).toBe(0);
  });

  it("gives the results of one target, or those of each, read from the journal with every pass", async () => {
    const other = providers.custom("other", async () => ({ content: "no" }), { model: "o" });
    const one = await new BenchmarkRunner({ directory: join(directory, "one") }).run(three, echo);
    expect(one).toMatchObject({ dataset_name: "mine", target: "echo:echo-1", model: "echo-1", total_tests: 3 });
    expect([...one.results].map(({ test_id }) => test_id).sort()).toEqual(["a", "b", "c"]);
    expect([...one.results]).toEqual([...one.results]);
    expect(one.validity.verdict).toMatch(/VALID|DEGRADED/);
    const run = await new BenchmarkRunner({ directory: join(directory, "two") }).run(three, [echo, other]);
    expect(run.targets.map(({ target }) => target)).toEqual(["echo:echo-1", "other:o"]);
    for (const results of run.targets) {
      expect(results.summary).toBe(run.summaries.get(results.target));
      expect(new Set([...results.results].map(({ target }) => target))).toEqual(new Set([results.target]));
      const saved = join(directory, "saved.json");
      await results.saveJson(saved);
      const file = join(run.directory, "results.json");
      const fromRun = await BenchmarkResults.loadJson(file, { target: results.target });
      expect((await BenchmarkResults.loadJson(saved)).toJSON()).toEqual(fromRun.toJSON());
      expect(fromRun.toJSON()).toEqual(results.toJSON());
    }
    rmSync(run.directory, { recursive: true });
    expect(() => [...run.results()]).toThrow("there is no run in");
  });

  it("goes on with a run that a signal stopped", async () => {
    const stopping = new AbortController();
    const config = { directory: join(directory, "run"), concurrency: 1 };
    const onEvent = ({ type }: RunEvent): void => void (type === "case_finished" && stopping.abort());
    const first = await new BenchmarkRunner(config).run(three, echo, { signal: stopping.signal, onEvent });
    expect(first.manifest.status).toBe("interrupted");
    await expect(new BenchmarkRunner(config).run(three, echo)).rejects.toThrow("already holds a run");
    const second = await new BenchmarkRunner({ ...config, resume: true }).run(three, echo);
    expect([...second.results]).toHaveLength(3);
    const forced = await new BenchmarkRunner({ ...config, force: true }).run(three, echo);
    expect(forced.manifest.segments).toHaveLength(1);
    expect(() => [...second.results]).toThrow("holds another run by now");
  });

  it("refuses two targets of one name, and a concurrency that is none", async () => {
    const runner = new BenchmarkRunner({ directory: join(directory, "run") });
    await expect(runner.run(three, [echo, echo])).rejects.toThrow("named twice");
    await expect(runner.run(three, [])).rejects.toThrow("no target");
    const none = new BenchmarkRunner({ directory: join(directory, "run"), concurrency: 0 });
    await expect(none.run(three, echo)).rejects.toThrow("concurrency: expected 1 or more, found 0");
  });

  it("says finished when only the last word was missing", async () => {
    const config = { directory: join(directory, "run"), exports: "none" as const };
    await new BenchmarkRunner(config).run(three, echo);
    const file = join(directory, "run/run.json");
    // As a kill between the last result and the last word leaves it.
    copyFileSync(`${file}.prev`, file);
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ status: "running" });
    const resumed = await new BenchmarkRunner({ ...config, resume: true }).run(three, echo);
    expect(resumed.manifest.status).toBe("finished");
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ status: "finished" });
  });

  it("says when records on disk were damaged, and gives no case of theirs", async () => {
    const config = { directory: join(directory, "run"), exports: "none" as const, concurrency: 1 };
    const file = join(directory, "run/results.jsonl");
    const spoil = ({ type }: RunEvent): void => {
      if (type !== "case_started" || !existsSync(file)) return;
      const text = readFileSync(file, "utf8");
      if (text.includes('"test_id":"a"')) writeFileSync(file, text.replace('"test_id":"a"', '"test_id":"z"'));
    };
    const warnings: string[] = [];
    const runner = new BenchmarkRunner(config);
    const run = await runner.run(three, echo, { onEvent: spoil, onWarning: (message) => warnings.push(message) });
    expect([...run.results].map(({ test_id }) => test_id)).toEqual(["b", "c"]);
    expect(warnings).toEqual(["results.jsonl has damaged lines (1); their cases are missing from the results"]);
  });

  it("writes no key anywhere", async () => {
    const simulator = await startSimulator({ ttftMs: 1, tpotMs: 1, tokens: 3 }, systemClock);
    try {
      const apiKey = "sk-not-to-be-seen";
      const told = datasetOf({ id: "a", prompt: "A", metadata: {} });
      const headers = { "x-team": `token ${apiKey}-2` };
      const targets = [
        await providers.openai({ apiKey, baseUrl: simulator.url, headers, parameters: { system: `I am ${apiKey}` } }),
        await providers.anthropic({
          apiKey,
          baseUrl: simulator.url,
          prices: { input_per_million: 1, output_per_million: 2 },
        }),
        providers.sim({ url: simulator.url, model: "fast", label: "quick" }),
      ];
      const run = await new BenchmarkRunner({ directory: join(directory, "run") }).run(told, targets);
      expect([...run.summaries.values()].map(({ succeeded }) => succeeded)).toEqual([1, 1, 1]);
      expect(run.summaries.get("anthropic:claude-haiku-4-5")?.total_cost_usd).toBeGreaterThan(0);
      expect(run.summaries.get("quick")?.total_cost_usd).toBe(0);
      for (const file of readdirSync(run.directory)) {
        expect(readFileSync(join(run.directory, file), "utf8")).not.toContain(apiKey);
      }
    } finally {
      await simulator.close();
    }
  });

  it("loads a built-in dataset by name", async () => {
    expect((await Datasets.load("coding-tasks")).name).toBe("coding-tasks");
  });
});
