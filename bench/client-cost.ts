// What the client itself costs: CPU per request and per streamed token, requests per second, memory.
// Run it on an idle machine and compare ratios, not single figures.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BenchmarkRunner, providers, spawnSimulator, type Dataset } from "llm-test-bench";

const TOKENS = 64;

/** A dataset that is made while it is read, so that its size costs no memory. */
const datasetOf = (cases: number): Dataset => ({
  name: "client-cost",
  version: "1",
  description: null,
  defaults: {},
  sha256: "generated",
  source: "bench/client-cost.ts",
  async *cases() {
    for (let i = 0; i < cases; i += 1) yield { id: `case-${i}`, prompt: `Say something about the number ${i}.` };
  },
});

/** Measures it over so many cases with so many in flight, and prints it. */
export async function clientCost(cases: number, concurrency: number): Promise<void> {
  const simulator = await spawnSimulator({ ttftMs: 0, tpotMs: 0, tokens: TOKENS, jitter: 0 });
  const directory = mkdtempSync(join(tmpdir(), "client-cost-"));
  let peakRss = 0;
  const rssTimer = setInterval(() => (peakRss = Math.max(peakRss, process.memoryUsage.rss())), 50);

  async function measure(stream: boolean): Promise<{ cpuUsPerCase: number; perSecond: number }> {
    const runner = new BenchmarkRunner({
      directory: join(directory, String(stream)),
      concurrency,
      stream,
      saveResponses: false,
      exports: "none",
    });
    const before = { cpu: process.cpuUsage(), at: performance.now() };
    const { summary } = await runner.run(datasetOf(cases), providers.sim({ url: simulator.url }));
    const { user, system } = process.cpuUsage(before.cpu);
    if (summary.succeeded !== cases) throw new Error(`only ${summary.succeeded} of ${cases} cases succeeded`);
    return { cpuUsPerCase: (user + system) / cases, perSecond: summary.requests_per_second ?? 0 };
  }

  try {
    await measure(true);
    rmSync(directory, { recursive: true });
    const plain = await measure(false);
    const streamed = await measure(true);
    const perToken = (streamed.cpuUsPerCase - plain.cpuUsPerCase) / TOKENS;
    console.log(`${cases} cases, ${concurrency} in flight, ${TOKENS} tokens each; reports included`);
    console.log(
      `plain:    ${plain.cpuUsPerCase.toFixed(0)} µs CPU a request, ${plain.perSecond.toFixed(0)} requests/s`,
    );
    console.log(
      `streamed: ${streamed.cpuUsPerCase.toFixed(0)} µs CPU a request, ${streamed.perSecond.toFixed(0)} requests/s`,
    );
    console.log(`          ${perToken.toFixed(1)} µs CPU a token`);
    console.log(`memory:   ${(peakRss / 1e6).toFixed(0)} MB RSS at most`);
  } finally {
    clearInterval(rssTimer);
    await simulator.close();
    rmSync(directory, { recursive: true, force: true });
  }
}
