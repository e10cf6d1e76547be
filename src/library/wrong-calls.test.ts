import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  BenchError,
  BenchmarkResults,
  BenchmarkRunner,
  CsvExporter,
  Dataset,
  providers,
  spawnSimulator,
  TestCase,
  type BenchmarkRunnerConfig,
} from "../index.ts";
import { LOAD_OPTIONS, OPTION_OF_FLAG } from "./option-words.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "library-calls-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

let sent = 0;
const echo = providers.custom(
  "echo",
  async ({ prompt }) => {
    sent += 1;
    return { content: prompt };
  },
  { model: "echo-1", label: "echo" },
);
const other = providers.custom("other", async () => ({ content: "no" }), { model: "o", label: "other" });
const two = Dataset.of({
  name: "two",
  test_cases: [
    { id: "a", prompt: "A" },
    { id: "b", prompt: "B" },
  ],
});

/** What a wrong call ends with; anything but a `BenchError` fails the test. */
async function complaint(call: () => unknown): Promise<string> {
  try {
    await call();
  } catch (error) {
    if (!(error instanceof BenchError)) throw error;
    return `${error.message} ${error.hint ?? ""}`;
  }
  throw new Error("the call was taken");
}

/** A value as a program in JavaScript would pass it, whatever the types say. */
const any = (value: unknown): never => value as never;

const running =
  (config: object, targets: unknown = echo, options: unknown = {}): (() => Promise<unknown>) =>
  async () => {
    const runner = new BenchmarkRunner(any({ directory: join(directory, "run"), ...config }));
    return runner.run(await two, any(targets), any(options));
  };

describe("a load that the library refuses, before anything is sent", () => {
  const slo = { ttft_ms: 5, tpot_ms: null, duration_ms: null, latency_from_intended_ms: null, goodput: 1 };
  it.each<[string, object, string]>([
    ["an order that there is not", { load: { order: "together" } }, 'load.order: expected "side_by_side"'],
    ["a rate of nothing", { load: { rate: 0 } }, "load.rate: expected 0.000001 or more, found 0"],
    ["a rate that no timer keeps", { load: { rate: 1e-300 } }, "load.rate: expected"],
    ["a rate that is no number", { load: { rate: Number.NaN } }, "load.rate: expected a number"],
    ["an endless rate", { load: { rate: Infinity } }, "load.rate: expected"],
    ["no slots", { concurrency: 0 }, "concurrency: expected 1 or more"],
    ["half a slot", { concurrency: 1.5 }, "concurrency: expected a whole number"],
    ["two concurrencies", { concurrency: 2, load: { concurrency: 3 } }, "cannot be combined with load.concurrency"],
    ["a rate with slots", { concurrency: 2, load: { rate: 5 } }, "load.rate cannot be combined with concurrency"],
    ["a rate with levels", { levels: [1], load: { rate: 5 } }, "load.rate cannot be combined with levels"],
    ["a rate with a pause", { delayMs: 5, load: { rate: 5 } }, "load.rate cannot be combined with delayMs"],
    ["a rate that adapts", { load: { rate: 5, adaptive: true } }, "cannot be combined with load.adaptive"],
    ["a rate in lockstep", { load: { rate: 5, order: "lockstep" } }, 'combined with load.order: "lockstep"'],
    ["arrivals without a rate", { load: { arrival: "poisson" } }, "load.arrival needs load.rate"],
    ["in flight without a rate", { load: { maxInFlight: 5 } }, "load.maxInFlight needs load.rate"],
    ["a p95 without levels", { load: { p95LimitMs: 5 } }, "load.p95LimitMs needs levels"],
    ["a ramp of nothing", { load: { ramp: { from: 0, to: 5, overMs: 5 } } }, "load.ramp.from: expected 1 or more"],
    ["a ramp without a time", { load: { ramp: { from: 1, to: 5 } } }, 'load.ramp: missing "overMs"'],
    ["a level twice", { levels: [1, 1] }, "levels: expected each level once"],
    ["no levels", { levels: [] }, "levels: expected at least one entry"],
    ["repeats beside a time", { repeat: 2, load: { durationMs: 5 } }, "repeat cannot be combined with load.durationMs"],
    ["a search without an SLO", { searchUpTo: 8 }, "searchUpTo needs load.slo"],
    [
      "a search with levels",
      { searchUpTo: 8, levels: [1], load: { slo } },
      "levels cannot be combined with searchUpTo",
    ],
    ["an SLO of streams without one", { stream: false, load: { slo } }, "which stream: false leaves unknown"],
    ["an SLO of nothing", { load: { slo: { ...slo, ttft_ms: null } } }, "load.slo: expected a limit besides goodput"],
    ["an SLO beyond a century", { load: { slo: { ...slo, ttft_ms: 1e15 } } }, "load.slo.ttft_ms: expected at most"],
    ["a budget of nothing", { load: { budgetUsd: 0 } }, "load.budgetUsd: expected"],
    ["a negative number of requests", { load: { maxRequests: -1 } }, "load.maxRequests: expected 1 or more"],
    ["a time limit of nothing", { timeoutMs: 0 }, "timeoutMs: expected 1 or more"],
    ["retries without end", { retries: Infinity }, "retries: expected"],
    ["a misspelt option", { concurency: 3 }, 'unknown key "concurency"; did you mean "concurrency"?'],
    ["a misspelt option of the load", { load: { maxRequest: 3 } }, 'did you mean "maxRequests"?'],
    ["a misspelt limit", { partLimits: { conectMs: 3 } }, 'did you mean "connectMs"?'],
    ["a misspelt parameter", { parameters: { temprature: 0 } }, 'did you mean "temperature"?'],
    ["resume and force", { resume: true, force: true }, "resume cannot be combined with force"],
    ["failed cases of no run", { retryFailed: true }, "retryFailed needs resume"],
    ["no directory", { directory: undefined }, 'missing "directory"'],
  ])("%s", async (_, config, says) => {
    sent = 0;
    expect(await complaint(running(config))).toContain(says);
    expect([sent, existsSync(join(directory, "run"))]).toEqual([0, false]);
  });

  it("a search over two targets", async () => {
    const load = { slo: { ...slo, ttft_ms: null, duration_ms: 5 } };
    expect(await complaint(running({ searchUpTo: 8, load }, [echo, other]))).toContain("searches one target");
  });

  it("everything that is wrong comes at once", async () => {
    const text = await complaint(running({ rat: 1, concurrency: 0, load: { order: "x" } }));
    for (const part of ["3 problems", '"rat"', "concurrency: expected", "load.order: expected"]) {
      expect(text).toContain(part);
    }
  });

  it.each<[string, Partial<BenchmarkRunnerConfig>]>([
    ["null says nothing", { load: { rate: null, maxInFlight: null, ramp: null, slo: null } }],
    ["so does undefined", { load: { rate: undefined as never, warmup: undefined as never } }],
    ["once is no repeat", { repeat: 1, load: { maxRequests: 2 } }],
    ["a ramp alone ends when it has risen", { load: { ramp: { from: 1, to: 2, overMs: 30 } } }],
  ])("and what it takes: %s", async (_, config) => {
    await expect(running({ exports: "none", ...config })()).resolves.toMatchObject({ target: "echo" });
  });
});

describe("a call that is wrong", () => {
  it.each<[string, () => unknown, string]>([
    ["a runner of nothing", () => new BenchmarkRunner(any(undefined)).run(any(null), echo), "expected an object"],
    ["a name for a dataset", running2("coding-tasks"), 'Load it first: await Dataset.load("coding-tasks")'],
    ["a promise of a dataset", running2(Promise.resolve()), "found a promise of it Await it first."],
    ["a file's content for a dataset", running2({ name: "x", test_cases: [] }), "Dataset.of"],
    ["no target", running({}, null), "expected a target, found null"],
    ["a promise of a target", running({}, Promise.resolve(echo)), "found a promise of it Await it first."],
    ["a promise among targets", running({}, [echo, Promise.resolve(echo)]), "targets[1]: expected a target"],
    ["a target's name", running({}, "openai"), 'expected a target, found "openai"'],
    ["no targets", running({}, []), "no target"],
    ["a misspelt run option", running({}, echo, { onevent: () => {} }), 'did you mean "onEvent"?'],
    ["a signal that is none", running({}, echo, { signal: true }), "signal: expected an AbortSignal"],
    ["a watcher that is none", running({}, echo, { onEvent: 5 }), "onEvent: expected a function"],
    ["no path", () => Dataset.load(any(5)), "expected the path or name of a dataset, found 5"],
    ["a misspelt option of load", () => Dataset.load("coding-tasks", any({ mapp: {} })), 'did you mean "map"?'],
    ["no folder", () => Dataset.loadDir(any(undefined)), "expected the path of a folder, found nothing"],
    ["no key", () => providers.openai(any({ model: "m" })), 'missing "apiKey"'],
    ["no options", () => providers.anthropic(any(undefined)), "expected an object"],
    ["a key that is none", () => providers.openai(any({ apiKey: 123456789 })), "apiKey: expected"],
    ["a misspelt target option", () => providers.openai(any({ apiKey: null, modle: "m" })), 'did you mean "model"?'],
    ["an unknown preset", () => providers.preset(any("groqq"), { apiKey: null }), "no provider is known"],
    ["an unknown API", () => providers.api(any("soap"), { apiKey: null, baseUrl: "http://h", model: "m" }), "Known:"],
    ["a simulator nowhere", () => providers.sim(any({})), 'missing "url"'],
    ["a provider that is no function", () => providers.custom("x", any(5), { model: "m" }), "a function that answers"],
    ["a provider without a model", () => providers.custom("x", async () => ({ content: "" }), any({})), '"model"'],
    ["a model that is none", () => providers.aiSdk(any("gpt-4o")), "a language model of the AI SDK"],
    ["a provider object that is none", () => providers.of(any({}), { model: "m" }), "a provider with openChannel"],
    ["a misspelt simulator option", () => spawnSimulator(any({ ttft: 5 })), 'there is no option "ttft"'],
    ["results that are none", () => CsvExporter.export(any(undefined), "x.csv"), "expected results to iterate"],
    ["a misspelt CSV option", () => CsvExporter.export([], "x.csv", any({ field: [] })), 'did you mean "fields"?'],
    ["an unknown CSV field", () => CsvExporter.export([], join(directory, "x.csv"), { fields: ["durr"] }), "durr"],
    ["an export to nowhere", () => CsvExporter.export([], any(undefined)), "expected a path"],
    ["a set of nothing", () => BenchmarkResults.create(any({ target: "t" })), '"dataset_name"'],
    ["a merge of none", () => BenchmarkResults.merge(any([{}])), "a list of BenchmarkResults"],
    ["a file that is none", () => BenchmarkResults.loadJson(any(undefined)), "expected a path"],
    ["a test case that is none", () => TestCase.renderPrompt(any(undefined)), "a test case with a prompt"],
    ["variables of nothing", () => TestCase.variables(any({})), "a test case with a prompt"],
  ])("%s is one BenchError", async (_, call, says) => {
    expect(await complaint(call)).toContain(says);
  });

  it("never shows a key", async () => {
    const text = await complaint(() =>
      providers.openai(any({ apiKey: { key: "sk-hidden-1" }, headers: { authorization: 5, "x y": "sk-hidden-2" } })),
    );
    expect(text).not.toContain("hidden");
  });
});

function running2(dataset: unknown): () => unknown {
  return () => new BenchmarkRunner({ directory: join(directory, "run") }).run(any(dataset), echo);
}

describe("an error in the library's words", () => {
  it("names options where the command line names flags", async () => {
    await running({ exports: "none" })();
    const again = await complaint(running({}));
    expect(again).toContain("resume: true");
    expect(again).not.toMatch(/--[a-z]/);
    expect(await complaint(running({}, [echo, echo]))).toContain("Give each a label of its own");
    expect(await complaint(running({ directory: join(directory, "new"), category: "x" }))).toContain(
      "leave category out",
    );
    const budget = await complaint(running({ directory: join(directory, "new"), load: { budgetUsd: 1 } }));
    expect(budget).toContain("load.budgetUsd");
    expect(budget).not.toMatch(/--[a-z]/);
  });

  it("has a word for every flag that is named below the command line", () => {
    const COMMAND_ONLY = [
      "--providers --model --config --stratify --to --target-a --target-b --synthetic --require-valid --repair".split(
        " ",
      ),
      Object.keys(OPTION_OF_FLAG),
    ].flat();
    const unknown = readdirSync("src", { recursive: true, encoding: "utf8" })
      .filter((file) => !file.startsWith("cli"))
      .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && !file.includes("option-words"))
      .flatMap((file) => {
        const code = readFileSync(join("src", file), "utf8").replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
        return [...code.matchAll(/(?<![\w-])--[a-z][a-z-]+/g)].map(([flag]) => `${file}: ${flag}`);
      })
      .filter((found) => !COMMAND_ONLY.some((flag) => found.endsWith(`: ${flag}`)));
    expect(unknown).toEqual([]);
    expect(Object.values(LOAD_OPTIONS).join(" ")).not.toMatch(/--/);
  });
});

describe("a watcher that throws", () => {
  it.each([
    [
      "at once",
      () => {
        throw new Error("mine");
      },
    ],
    [
      "later",
      async () => {
        throw new Error("mine");
      },
    ],
  ])("%s stops the run, which is whole and can be resumed, and gets its error back", async (_, onEvent) => {
    const run = running({ exports: "none", concurrency: 1 }, echo, { onEvent });
    await expect(run()).rejects.toThrow("mine");
    const resumed = await running({ exports: "none", resume: true })();
    expect(resumed).toMatchObject({ summary: { total: 2, succeeded: 2 } });
  });
});

describe("a dataset in memory", () => {
  it("is checked as a file is, and copied", async () => {
    const test_cases = [{ id: "a", prompt: "Say {{x}}", variables: { x: "hi" } }];
    const dataset = await Dataset.of({ name: "mine", test_cases });
    (test_cases[0] ?? { prompt: "" }).prompt = "changed";
    const cases = [];
    for await (const testCase of dataset.cases()) cases.push(TestCase.renderPrompt(testCase));
    expect(cases).toEqual(["Say hi"]);
    expect(dataset.version).toBe(dataset.sha256?.slice(0, 12));
    expect((await Dataset.of({ name: "mine", version: "3", test_cases })).version).toBe("3");
  });

  it.each<[string, unknown, string]>([
    ["a variable that is missing", { name: "m", test_cases: [{ id: "a", prompt: "{{x}}" }] }, '"x"'],
    [
      "an id twice",
      {
        name: "m",
        test_cases: [
          { id: "a", prompt: "A" },
          { id: "a", prompt: "B" },
        ],
      },
      "in memory test_cases[1]",
    ],
    ["a misspelt member", { name: "m", test_cases: [{ id: "a", promt: "A" }] }, 'did you mean "prompt"?'],
    ["no cases", { name: "m", test_cases: [] }, "expected at least one entry"],
    ["nothing", undefined, "in memory"],
    [
      "a bigint",
      { name: "m", test_cases: [{ id: "a", prompt: "{{x}}", variables: { x: 5n } }] },
      "a bigint is no number",
    ],
    [
      "an image that is not there",
      {
        name: "m",
        test_cases: [{ id: "a", messages: [{ role: "user", content: [{ type: "image", file: "/nowhere.png" }] }] }],
      },
      "/nowhere.png",
    ],
  ])("is refused for %s", async (_, init, says) => {
    expect(await complaint(() => Dataset.of(any(init)))).toContain(says);
  });

  it("of the same content resumes a run, and of another does not", async () => {
    const of = (prompt: string): Promise<Dataset> =>
      Dataset.of({ name: "mine", version: "1", test_cases: [{ id: "a", prompt }] });
    const run = async (prompt: string, resume: boolean): Promise<unknown> =>
      new BenchmarkRunner({ directory: join(directory, "run"), exports: "none", resume }).run(await of(prompt), echo);
    await run("A", false);
    sent = 0;
    await run("A", true);
    expect(sent).toBe(0);
    expect(await complaint(() => run("B", true))).toContain("dataset");
  });
});
