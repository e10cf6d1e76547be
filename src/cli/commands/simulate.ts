import type { Command } from "commander";
import { FAULT_KINDS } from "../../simulator/faults.ts";
import { STOP_SIGNALS, type CliContext } from "../context.ts";
import { EXIT, type Finish } from "../exit-codes.ts";
import { duration, nameList, number, wholeNumber } from "../option-values.ts";

interface SimulateFlags {
  port: number;
  host: string;
  allowHost?: string[];
  ttft: number;
  tpot: number;
  tokens: number;
  jitter: number;
  seed: number;
  fail: number;
  failKinds?: string[];
  refuse: number;
  freeze: number;
  freezeAfter: number;
  requestsPerMinute?: number;
  countCases?: boolean;
}

/** `simulate`: the simulator alone, for any client. */
export function defineSimulate(program: Command, context: CliContext, finish: Finish): void {
  program
    .command("simulate")
    .description(
      "serve a simulated model over HTTP, with the APIs of OpenAI, Anthropic, Google and Ollama, until Ctrl-C",
    )
    .option("--port <n>", "port to listen on; 0 takes a free one", wholeNumber(0, 65_535), 8080)
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option("--allow-host <names>", "host names to answer besides the loopback's and --host; * for any", nameList)
    .option("--ttft <duration>", "mean time to the first token", duration(), 200)
    .option("--tpot <duration>", "mean time between tokens", duration(), 20)
    .option("--tokens <n>", "mean length of an answer", wholeNumber(1), 64)
    .option(
      "--jitter <share>",
      "standard deviation of times and lengths, as a share of their means",
      number(0, 10),
      0.2,
    )
    .option("--seed <n>", "what schedules, words and faults are drawn from", wholeNumber(0), 1)
    .option("--fail <share>", "share of cases that meet a fault, 0 to 1", number(0, 1), 0)
    .option("--fail-kinds <kinds>", `faults to draw from: ${FAULT_KINDS.join(", ")}`, nameList)
    .option("--refuse <share>", "share of requests answered with a 429 without Retry-After, 0 to 1", number(0, 1), 0)
    .option("--freeze <duration>", "stand still once for so long", duration(), 0)
    .option("--freeze-after <duration>", "when, after the first request", duration(), 10_000)
    .option("--requests-per-minute <n>", "answer 429 with Retry-After beyond this rate", number(1, 1e9))
    .option("--count-cases", "count the requests of each case at /sim/stats")
    .addHelpText(
      "after",
      "\nExample:\n  llm-test-bench simulate --port 8080 --ttft 200 --tpot 20 --tokens 64 --fail 0.05",
    )
    .action(async (flags: SimulateFlags) => {
      await serve(flags, context);
      finish(EXIT.success);
    });
}

async function serve(flags: SimulateFlags, context: CliContext): Promise<void> {
  const { startSimulator } = await import("../../simulator/server.ts");
  const { warmUpSimulator } = await import("../../simulator/warm-up.ts");
  await warmUpSimulator(context.clock);
  const simulator = await startSimulator(
    {
      port: flags.port,
      host: flags.host,
      allowHosts: flags.allowHost,
      ttftMs: flags.ttft,
      tpotMs: flags.tpot,
      tokens: flags.tokens,
      jitter: flags.jitter,
      seed: flags.seed,
      fail: flags.fail,
      failKinds: flags.failKinds,
      refuse: flags.refuse,
      freezeMs: flags.freeze,
      freezeAfterMs: flags.freezeAfter,
      requestsPerMinute: flags.requestsPerMinute,
      countKeys: flags.countCases,
    },
    context.clock,
  );
  context.stdout.write(
    `simulating a model at ${simulator.url}\n` +
      `  OPENAI_BASE_URL=${simulator.url}/v1 OPENAI_API_KEY=simulated\n` +
      `  ANTHROPIC_BASE_URL=${simulator.url} ANTHROPIC_API_KEY=simulated\n` +
      `statistics at ${simulator.url}/sim/stats; Ctrl-C ends it\n`,
  );
  await new Promise<void>((resolve) => {
    for (const signal of STOP_SIGNALS) context.onSignal(signal, resolve);
  });
  await simulator.close();
}
