/**
 * A benchmark from a program: a dataset, a simulator as the model, progress, a signal that stops the run, and the
 * results as numbers, JSON and CSV. In a project that has llm-test-bench installed: `npx jiti library.ts`.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  BenchmarkResults,
  BenchmarkRunner,
  CsvExporter,
  Dataset,
  providers,
  spawnSimulator,
  TestCase,
} from "llm-test-bench";

const directory = await mkdtemp(join(tmpdir(), "library-"));
const simulator = await spawnSimulator({ ttftMs: 20, tpotMs: 2, tokens: 20 });
try {
  const dataset = await Dataset.load("coding-tasks");
  for await (const testCase of dataset.cases()) {
    console.log(`${testCase.id} sends ${TestCase.renderPrompt(testCase).length} characters`);
    break;
  }

  let done = 0;
  const runner = new BenchmarkRunner({ directory: join(directory, "run"), concurrency: 4 });
  const results = await runner.run(dataset, providers.sim({ url: simulator.url }), {
    // Whatever has not been sent after a minute stays unsent; `resume: true` would go on with it.
    signal: AbortSignal.timeout(60_000),
    onEvent(event) {
      if (event.type !== "case_finished") return;
      done += 1;
      if (done % 8 === 0) console.log(`${done} cases, the last one: ${event.result.test_id} ${event.result.status}`);
    },
  });

  const { succeeded, attempted, ttft_ms, duration_ms, total_cost_usd } = results.summary;
  console.log(`${results.target}: ${succeeded} of ${attempted} succeeded for $${total_cost_usd}`);
  console.log(
    `first token ${ttft_ms.p50?.toFixed(1)} ms, whole answer ${duration_ms.p50?.toFixed(1)} ms at the median`,
  );
  const slow = [...results.results].filter(({ duration_ms: ms }) => ms !== null && ms > (duration_ms.p90 ?? Infinity));
  console.log(`slower than 90 % of all: ${slow.map(({ test_id }) => test_id).join(", ")}`);

  const saved = join(directory, "results.json");
  await results.saveJson(saved);
  await CsvExporter.export(results, join(directory, "times.csv"), { fields: ["test_id", "ttft_ms", "duration_ms"] });
  const reloaded = await BenchmarkResults.loadJson(saved);
  console.log(`read again: the same median, ${reloaded.summary.ttft_ms.p50 === ttft_ms.p50}`);
} finally {
  await simulator.close();
  await rm(directory, { recursive: true });
}
