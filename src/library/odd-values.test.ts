import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  BenchError,
  BenchmarkRunner,
  CsvExporter,
  Dataset,
  providers,
  spawnSimulator,
  TestCase,
  type BenchmarkRun,
  type Call,
  type ModelRequest,
} from "../index.ts";

let directory: string;
let sent = 0;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "odd-values-"));
  sent = 0;
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const echo = providers.custom(
  "echo",
  async ({ prompt }) => {
    sent += 1;
    return { content: prompt };
  },
  { model: "echo-1", label: "echo" },
);
const one = Dataset.of({ name: "one", test_cases: [{ id: "a", prompt: "A" }] });

/** A value as a program in JavaScript would pass it, whatever the types say. */
const any = (value: unknown): never => value as never;

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

const run = async (config: object, target: unknown = echo, dataset: unknown = null, options = {}): Promise<unknown> =>
  new BenchmarkRunner(any({ directory: join(directory, "run"), exports: "none", ...config })).run(
    any(dataset ?? (await one)),
    any(target),
    options,
  );

const circle: Record<string, unknown> = {};
circle["circle"] = circle;

describe("what cannot go out as JSON is refused before anything is written or sent", () => {
  it.each<[string, unknown, string]>([
    ["a bigint", 5n, "a bigint is no number"],
    ["a function", () => 1, "a function cannot be written"],
    ["no number", Number.NaN, "NaN is no number"],
    ["a Map", new Map(), "a Map cannot be written"],
    ["a circle", circle, "part of itself"],
  ])("%s", async (_, value, says) => {
    const parameters = { extra_body: { deep: [value] } };
    expect(await complaint(() => run({ parameters }))).toContain(says);
    expect(await complaint(() => run({ parameters: { tools: [{ name: "f", parameters: { value } }] } }))).toContain(
      says,
    );
    expect(await complaint(() => providers.openai({ apiKey: "k", parameters: any(parameters) }))).toContain(says);
    expect(await complaint(() => run({}, { ...echo, parameters }))).toContain(says);
    const cases = [{ id: "a", prompt: "A", metadata: { value } }];
    expect(await complaint(() => Dataset.of({ name: "m", test_cases: cases }))).toContain(says);
    expect([sent, existsSync(join(directory, "run"))]).toEqual([0, false]);
  });

  it("a getter that throws is the caller's mistake, not a crash", async () => {
    const config = {
      get concurrency(): number {
        throw new Error("mine");
      },
    };
    const runner = new BenchmarkRunner(any(Object.defineProperties({}, Object.getOwnPropertyDescriptors(config))));
    expect(await complaint(async () => runner.run(await one, echo))).toContain("cannot be read: mine");
  });
});

describe("what was made by hand is checked as what was made here", () => {
  it.each<[string, unknown, string]>([
    ["a target of a provider alone", { provider: echo.provider }, 'missing "model"'],
    ["a label that is none", { ...echo, label: 5 }, "label: expected text"],
    ["an empty label", { ...echo, label: "" }, "label: expected at least one character"],
    ["retries that are none", { ...echo, retries: -1 }, "retries: expected 0 or more"],
    ["a misspelt parameter", { ...echo, parameters: { temprature: 1 } }, 'did you mean "temperature"?'],
    ["secrets that are no list", { ...echo, secrets: "x" }, "secrets: expected a list"],
    ["a provider without a name", { ...echo, provider: { openChannel() {} } }, 'missing "name"'],
  ])("%s", async (_, target, says) => {
    expect(await complaint(() => run({}, target))).toContain(says);
    expect([sent, existsSync(join(directory, "run"))]).toEqual([0, false]);
  });

  it("a target copied with another label is taken", async () => {
    await expect(run({}, { ...echo, label: "other" })).resolves.toMatchObject({ target: "other" });
  });

  it("a provider needs a name, and a model of the AI SDK its own", async () => {
    expect(await complaint(() => providers.of(any({ openChannel() {} }), { model: "m" }))).toContain('missing "name"');
    const model = { doStream() {}, doGenerate() {}, provider: "p" };
    expect(await complaint(() => providers.aiSdk(any(model)))).toContain("a language model of the AI SDK");
  });

  it("a dataset of one's own is taken, and each of its cases checked before anything is sent", async () => {
    const of = (cases: () => unknown): object => ({ name: "m", version: "1", description: null, defaults: {}, cases });
    const head = { sha256: "made", source: "this test" };
    const giving = (...cases: unknown[]): object => ({
      ...of(async function* () {
        yield* cases;
      }),
      ...head,
    });
    const good = { id: "a", prompt: "A" };
    expect(
      await complaint(() =>
        run(
          {},
          echo,
          of(() => [good]),
        ),
      ),
    ).toContain('missing "sha256"');
    expect(await complaint(() => run({}, echo, { ...of(() => 5), ...head }))).toContain(
      "case 0 of the dataset m cannot",
    );
    expect(await complaint(() => run({}, echo, giving(good, {})))).toContain('case 1 of the dataset: missing "id"');
    expect(await complaint(() => run({}, echo, giving(good, good)))).toContain('with the id "a" already');
    const variables = { x: 5n };
    expect(await complaint(() => run({}, echo, giving({ ...good, variables })))).toContain("variables.x: expected");
    const throwing = (): never => {
      throw new Error("mine");
    };
    expect(await complaint(() => run({}, echo, { ...of(throwing), ...head }))).toContain("cannot be read: mine");
    const made = await one;
    expect(await complaint(() => run({}, echo, { ...made, name: 5 }))).toContain("name: expected text");
    expect([sent, existsSync(join(directory, "run"))]).toEqual([0, false]);
    await expect(run({}, echo, giving(good))).resolves.toMatchObject({ summary: { succeeded: 1 } });
  });

  it.each<[string, unknown, string]>([
    ["nothing", null, "no test result"],
    ["an empty object", {}, "no test result"],
    ["a time that is none", { duration_ms: 5n }, "no test result"],
  ])("a CSV takes only results, not %s", async (_, wrong, says) => {
    const path = join(directory, "x.csv");
    expect(await complaint(() => CsvExporter.export([any(wrong)], path))).toContain(says);
    expect(existsSync(path)).toBe(false);
  });

  it.each<[string, unknown]>([
    ["a prompt that is no text", { prompt: 5 }],
    ["messages that are no list", { messages: 5 }],
    ["a turn of nothing", { messages: [null] }],
    ["a turn without content", { messages: [{ role: "user" }] }],
    ["a part of another type", { messages: [{ role: "user", content: [{ type: "x" }] }] }],
    ["variables of null", { prompt: "{{x}}", variables: null }],
  ])("a test case with %s is refused", async (_, testCase) => {
    expect(await complaint(() => TestCase.renderPrompt(any(testCase)))).toMatch(/expected|missing/);
    expect(await complaint(() => TestCase.variables(any(testCase)))).toMatch(/expected|missing/);
  });
});

describe("a simulator's options", () => {
  it.each<[string, unknown]>([
    ["a time as text", { ttftMs: "5" }],
    ["no number", { tpotMs: Number.NaN }],
    ["an endless time", { ttftMs: Infinity }],
    ["a bigint", { ttftMs: 5n }],
    ["a seed as text", { seed: "x" }],
    ["half a port", { port: 1.5 }],
    ["one model as text", { models: "fast" }],
    ["one fault as text", { failKinds: "quota" }],
    ["a switch as text", { countKeys: "yes" }],
    ["a host that is none", { host: 5 }],
    ["a list", []],
    ["null", null],
  ])("%s is refused before a process starts", async (_, options) => {
    await expect(spawnSimulator(any(options))).rejects.toMatchObject({ name: "BenchError", code: "usage" });
  });
});

describe("a run goes by what it was given when it began", () => {
  it("whatever the caller changes afterwards", async () => {
    const load: Record<string, unknown> = { maxRequests: 2 };
    const secrets = ["a"];
    const parameters = { extra_body: { on: new Date(0) } };
    const config = any({ directory: join(directory, "run"), exports: "none", load, secrets, parameters });
    const running = new BenchmarkRunner(config).run(await one, echo);
    Object.assign(load, { maxRequests: 50, rate: 0 });
    secrets.push(any(5));
    await expect(running).resolves.toMatchObject({ summary: { total: 2 } });
    expect(sent).toBe(2);
    const again = { load: { maxRequests: 2 }, parameters, resume: true };
    await expect(run(again)).resolves.toMatchObject({ summary: { total: 2 } });
    expect(sent).toBe(2);
  });

  it("whatever a provider does to the requests that it is given", async () => {
    const seen: unknown[] = [];
    const greedy = (request: ModelRequest): void => {
      seen.push(JSON.stringify([request.stop, request.extra_body]));
      (request.stop as string[]).push("more");
      Object.assign(request.extra_body?.["deep"] as object, { changed: true });
    };
    const custom = providers.custom("greedy", async (request) => (greedy(request), { content: "x" }), { model: "m" });
    const channel = { send: async ({ request }: Call) => any(greedy(request)), close: async () => {} };
    const own = providers.of({ name: "own", simulated: false, openChannel: () => channel }, { model: "m", retries: 0 });
    const test_cases = [0, 1].map((i) => ({ id: `c${i}`, prompt: "A" }));
    const parameters = { stop: ["a"], extra_body: { deep: {} } };
    const config = { directory: join(directory, "run"), exports: "none", parameters, concurrency: 1 } as const;
    const dataset = await Dataset.of({ name: "two", test_cases });
    const { manifest } = await new BenchmarkRunner(config).run(dataset, [custom, own]);
    expect(new Set(seen)).toEqual(new Set(['[["a"],{"deep":{}}]']));
    expect([seen.length, manifest.plan.parameters]).toEqual([4, parameters]);
  });

  it("a promise of any kind that a watcher returns is heard when it is rejected", async () => {
    const rejected = runInNewContext("(error) => Promise.reject(error)") as (error: Error) => unknown;
    const onEvent = (): unknown => rejected(new Error("mine"));
    await expect(run({}, echo, null, { onEvent: any(onEvent) })).rejects.toThrow("mine");
  });
});

describe("the results of a run", () => {
  const madeRun = async (): Promise<BenchmarkRun> => {
    const config = { directory: join(directory, "run"), exports: "none" } as const;
    return new BenchmarkRunner(config).run(await one, [echo]);
  };

  it("that were lost since are an error of the pass, not a shorter list", async () => {
    const ended = await madeRun();
    writeFileSync(join(ended.directory, "results.jsonl"), "garbage\n");
    expect(await complaint(() => [...ended.results()])).toContain("has 0 of 1 results");
    const [target] = ended.targets;
    expect(await complaint(() => [...(target?.results ?? [])])).toContain("resume: true");
    expect(await complaint(() => target?.saveJson(join(directory, "saved.json")))).toContain("has 0 of 1 results");
    expect(existsSync(join(directory, "saved.json"))).toBe(false);
  });

  it("whose directory is gone are an error in the library's words", async () => {
    const ended = await madeRun();
    rmSync(ended.directory, { recursive: true });
    const text = await complaint(() => [...ended.results()]);
    expect(text).toContain("there is no run in");
    expect(text).not.toMatch(/--[a-z]/);
  });
});

describe("hints fit a program", () => {
  it("they name options, and no commands to run", async () => {
    const table = join(directory, "x.csv");
    writeFileSync(table, "question,answer\na,b\n");
    const columns = await complaint(() => Dataset.load(table));
    expect(columns).toContain('map: { prompt: "question", expected: "answer" }, or give a template with prompt.');
    const whole = await complaint(() => Dataset.load("coding-tasks", { shape: "zz" }));
    expect(whole).toContain("map, prompt and shape are for tables");
    const list = await complaint(() => Dataset.of(any([{ id: "a", prompt: "A" }])));
    expect(list).toContain("Give an object such as { name:");
    expect(await complaint(() => Dataset.of(any(Promise.resolve({}))))).toContain("await it first");
    const misspelt = await complaint(() => Dataset.of({ name: "m", test_cases: [any({ id: 5, prompt: "A" })] }));
    expect(`${columns}${whole}${list}${misspelt}`).not.toMatch(/--[a-z]|run the command|Correct the file/);
  });
});
