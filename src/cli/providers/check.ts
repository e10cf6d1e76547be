import { ask } from "../../benchmark/ask.ts";
import { openTargets } from "../../benchmark/targets.ts";
import type { ResolvedTarget } from "../../config/resolve.ts";
import type { Clock } from "../../core/clock.ts";
import type { FailureCode } from "../../core/failure.ts";
import { formatMillis } from "../../reports/format.ts";
import { line, type Section } from "../../reports/view.ts";
import { ADVICE } from "../failure-advice.ts";

/** How a provider answered one tiny request. */
export interface Check {
  readonly provider: string;
  readonly model: string;
  readonly ok: boolean;
  readonly duration_ms: number | null;
  readonly ttft_ms: number | null;
  readonly code: FailureCode | null;
  readonly http_status: number | null;
  readonly message: string | null;
  readonly advice: string | null;
}

/** Enough for a model that must think before it says a word to end without an error, and next to nothing in cost. */
const MAX_TOKENS = 16;
const PROMPT = "Reply with the word ok.";

/** Sends one tiny request to each target, all at the same time; null when it was abandoned. */
export async function checkTargets(
  resolved: readonly ResolvedTarget[],
  options: { clock: Clock; userAgent: string; timeoutMs: number; abandon: AbortSignal },
): Promise<Check[] | null> {
  const { abandon, clock, timeoutMs } = options;
  const open = await openTargets(resolved, options);
  try {
    const question = { prompt: PROMPT, parameters: { max_tokens: MAX_TOKENS }, stream: true, timeoutMs };
    const results = await Promise.all(open.targets.map((target) => ask(target, question, { clock, abandon })));
    const checks: Check[] = [];
    for (const result of results) {
      if (result === null) return null;
      const { error } = result;
      checks.push({
        provider: result.provider,
        model: result.model,
        ok: error === null,
        duration_ms: result.duration_ms,
        ttft_ms: result.timing.ttft_ms,
        code: error?.code ?? null,
        http_status: error?.http_status ?? null,
        message: error?.message ?? null,
        advice: error?.code ? ADVICE[error.code] : null,
      });
    }
    return checks;
  } finally {
    await open.close();
  }
}

/** What the checks showed. */
export function checksView(checks: readonly Check[]): Section[] {
  const columns = [
    { header: "provider", align: "left" as const },
    { header: "model", align: "left" as const },
    { header: "answer", align: "left" as const },
    { header: "TTFT", align: "right" as const },
    { header: "duration", align: "right" as const },
  ];
  const rows = checks.map(({ provider, model, ok, code, ttft_ms, duration_ms }) => [
    provider,
    model,
    ok ? "ok" : (code ?? "failed"),
    formatMillis(ttft_ms),
    formatMillis(duration_ms),
  ]);
  const failures = checks.flatMap(({ provider, ok, code, http_status, message, advice }) => {
    if (ok) return [];
    const status = http_status === null ? "" : `, HTTP ${http_status}`;
    return [line(`${provider} (${code ?? "failed"}${status}): ${message ?? ""}`, "bad"), line(advice ?? "", null, 1)];
  });
  return [
    { heading: `Checked with one request of at most ${MAX_TOKENS} tokens each`, blocks: [{ columns, rows }] },
    ...(failures.length === 0 ? [] : [{ heading: "Failed", blocks: failures }]),
  ];
}
