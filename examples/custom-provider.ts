/**
 * A provider of one function, benchmarked through the library. In a project that has llm-test-bench installed:
 * `npx tsc custom-provider.ts` and `node custom-provider.js`, or `npx jiti custom-provider.ts`.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BenchmarkRunner, Dataset, ProviderError, providers } from "llm-test-bench";

/** Stands for any client: it answers with the prompt's words, one after another, and refuses one kind of prompt. */
const echo = providers.custom(
  "echo",
  async (request, { onText, signal }) => {
    if (request.prompt.includes("regular expression")) {
      throw new ProviderError("content_filter", "this one does not talk about regular expressions");
    }
    const words = request.prompt.split(" ").slice(0, 10);
    for (const word of words) {
      if (signal.aborted) break;
      onText(`${word} `);
    }
    return { content: words.join(" "), usage: { prompt_tokens: 10, completion_tokens: words.length } };
  },
  { model: "echo-1", prices: { input_per_million: 0.1, output_per_million: 0.4 } },
);

const directory = await mkdtemp(join(tmpdir(), "custom-provider-"));
try {
  const runner = new BenchmarkRunner({ directory: join(directory, "run"), concurrency: 4 });
  const { target, summary } = await runner.run(await Dataset.load("coding-tasks"), echo);
  const { succeeded, attempted, failures_by_code: codes, total_cost_usd: cost } = summary;
  console.log(`${target}: ${succeeded} of ${attempted} succeeded, ${JSON.stringify(codes)}, $${cost?.toFixed(6)}`);
} finally {
  await rm(directory, { recursive: true });
}
