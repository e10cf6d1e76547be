import { leftOutParameters } from "../../benchmark/check-requests.ts";
import { ask } from "../../benchmark/ask.ts";
import { headerSecrets, secretsOf } from "../../benchmark/secrets-of.ts";
import { openTargets } from "../../benchmark/targets.ts";
import { toolVersion } from "../../benchmark/version.ts";
import { loadConfig } from "../../config/load.ts";
import { resolveTargets, type ResolvedTarget } from "../../config/resolve.ts";
import { parseTarget } from "../../config/targets.ts";
import { BenchError } from "../../core/errors.ts";
import { maskFor } from "../../core/secrets.ts";
import type { TestResult } from "../../core/result.ts";
import { abandonOnSignal } from "../abandon-on-signal.ts";
import { shielded, type CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { ADVICE, exitCodeOfFailures } from "../failure-advice.ts";
import { parametersOf, type RequestFlags } from "../request-options.ts";
import { sayOn, type Say } from "../say.ts";
import { jsonText } from "../json-text.ts";
import { viewText } from "../view-text.ts";
import { answerWriter } from "./answer-writer.ts";
import { measuredView } from "./measured-view.ts";
import { promptOf, type PromptFlags } from "./prompt.ts";
import { textlessAnswer } from "./textless-answer.ts";

/** The flags of `test`, as commander gives them. */
export interface TestFlags extends PromptFlags, RequestFlags {
  model?: string;
  stream: boolean;
  timeout?: number;
  config?: string;
  json?: boolean;
}

/** Runs `test` and returns its exit code; throws `BenchError` for what can be said in one message. */
export async function test(target: string, flags: TestFlags, outside: CliContext): Promise<number> {
  const resolved = await resolve(target, flags, outside);
  const parameters = await parametersOf(flags, outside.cwd);
  const secrets = [...secretsOf([resolved]), ...headerSecrets(parameters.headers)];
  const context = shielded(outside, maskFor(secrets));
  const say = sayOn(context, flags.json === true);
  const prompt = await promptOf(flags, context, say);
  const abandon = abandonOnSignal(context);
  const writer = answerWriter(outside, secrets);
  try {
    const { clock } = context;
    const open = await openTargets([resolved], { clock, userAgent: `llm-test-bench/${toolVersion()}` });
    try {
      const [opened] = open.targets;
      if (opened === undefined) throw new Error("a resolved target was not opened");
      const leftOut = leftOutParameters();
      leftOut.note(opened, { ...opened.parameters, ...parameters, model: opened.model, prompt, stream: flags.stream });
      for (const warning of leftOut.warnings()) say("warning", warning);
      const result = await ask(
        opened,
        { prompt, parameters, stream: flags.stream, timeoutMs: flags.timeout ?? null },
        {
          clock,
          abandon: abandon.signal,
          warn: (message) => say("warning", message),
          ...(flags.json === true ? {} : { listen: writer }),
        },
      );
      if (result !== null && flags.json !== true && !writer.begun) showWhole(result, writer);
      writer.end();
      const about = {
        simulated: opened.provider.simulated,
        priced: opened.priceOf !== null,
        embeds: resolved.type === "openai-embeddings",
      };
      return report(result, flags.json === true, about, { context, say });
    } finally {
      await open.close();
    }
  } finally {
    abandon.release();
  }
}

async function resolve(target: string, flags: TestFlags, context: CliContext): Promise<ResolvedTarget> {
  const spec = parseTarget(target);
  if (spec.model !== null && flags.model !== undefined) {
    throw new BenchError("usage", `two models are named: ${spec.model} and ${flags.model}`, {
      hint: `Leave out --model, or the part after the colon.`,
    });
  }
  const { cwd, home, env } = context;
  const { config, warnings } = await loadConfig({ cwd, home, env, explicitPath: flags.config ?? null });
  for (const warning of warnings) sayOn(context, flags.json === true)("warning", warning);
  const [resolved] = resolveTargets([spec], { config, env, model: flags.model ?? null, cwd });
  if (resolved === undefined) throw new Error("a target was not resolved");
  return resolved;
}

/** An answer that did not come in pieces. */
function showWhole({ response }: TestResult, writer: ReturnType<typeof answerWriter>): void {
  if (response?.reasoning) writer.reasoning(response.reasoning);
  if (response?.content) writer.text(response.content);
}

function report(
  result: TestResult | null,
  asJson: boolean,
  about: { simulated: boolean; priced: boolean; embeds: boolean },
  { context, say }: { context: CliContext; say: Say },
): number {
  const { stdout, stderr, env } = context;
  if (result === null) {
    say("note", "stopped before the answer was complete");
    return EXIT.interrupted;
  }
  if (asJson) stdout.write(jsonText(result));
  const { error } = result;
  if (error === null) {
    if (asJson) return EXIT.success;
    const withoutText = result.response?.content ? null : textlessAnswer(result.response, about.embeds);
    if (withoutText !== null) say(...withoutText);
    stderr.write(`${stderr.isTTY === true ? "\n" : ""}${viewText(measuredView(result, about), stderr, env)}`);
    return EXIT.success;
  }
  const status = error.http_status === null ? "" : `, HTTP ${error.http_status}`;
  say("error", `${result.target} failed (${error.code ?? "unknown"}${status}): ${error.message}`);
  if (error.code !== null) say("hint", ADVICE[error.code]);
  return exitCodeOfFailures([error.code]);
}
