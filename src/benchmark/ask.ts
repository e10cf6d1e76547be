import type { Clock } from "../core/clock.ts";
import type { AttemptObserver } from "../core/provider.ts";
import { NO_PART_LIMITS } from "../core/part-limits.ts";
import { seededRandom } from "../core/random.ts";
import type { RequestParameters } from "../core/request.ts";
import type { TestResult } from "../core/result.ts";
import { runCase } from "../runner/case-run.ts";
import { runTarget } from "./run-options.ts";
import { PLAIN_LOAD } from "./plan.ts";
import type { BenchTarget } from "./targets.ts";
import { warningsOnce } from "./warnings-once.ts";

/** One request to be made outside any run. */
export interface Question {
  /** Sent as it stands: braces are no template here. */
  readonly prompt: string;
  /** They rule over the target's own. */
  readonly parameters: RequestParameters;
  readonly stream: boolean;
  /** Limit of the attempt, in milliseconds; null leaves it to the target's configuration, then to the default. */
  readonly timeoutMs: number | null;
}

/** What asking needs of its surroundings. */
export interface AskContext {
  readonly clock: Clock;
  /** Ends the request. */
  readonly abandon: AbortSignal;
  readonly listen?: Pick<AttemptObserver, "text" | "reasoning">;
  /** Hears what is odd but stops nothing. */
  readonly warn?: (message: string) => void;
}

/**
 * Sends one request, once, and measures it as a run does: the record is that of a journal, with `test_id` `prompt`.
 * Nothing is kept on disk. Null when it was abandoned.
 */
export async function ask(target: BenchTarget, question: Question, context: AskContext): Promise<TestResult | null> {
  const { prompt, parameters, stream } = question;
  for (const notice of target.notices ?? []) context.warn?.(notice);
  const load = {
    ...PLAIN_LOAD,
    timeoutMs: question.timeoutMs,
    partLimits: NO_PART_LIMITS,
    retries: 0,
    delayMs: 0,
    failFast: false,
    saveResponses: false,
  };
  const sources = { parameters, stream, defaults: {}, caseModels: false, synthetic: false };
  const request = { ...target.parameters, ...parameters, model: target.model, prompt, stream };
  const channel = target.provider.openChannel();
  const start = context.clock.now();
  try {
    const finished = await runCase(
      { ...runTarget(target, load, sources), toRequest: () => request },
      channel,
      { testCase: { id: "prompt", prompt }, sample: 0 },
      { intended: start, ready: start, hold: null },
      {
        clock: context.clock,
        random: seededRandom(prompt),
        journal: { record: async () => {}, recordFailure() {} },
        observe() {},
        keepRaw: false,
        place: { segment: 0, level: null },
        segmentStart: start,
        stop: context.abandon,
        abandon: context.abandon,
        warned: warningsOnce(context.warn),
        ...(context.listen === undefined ? {} : { listen: context.listen }),
      },
    );
    return finished?.result ?? null;
  } finally {
    await channel.close();
  }
}
