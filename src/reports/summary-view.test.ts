import stringWidth from "string-width";
import { expect, test } from "vitest";
import type { TestResult } from "../core/result.ts";
import type { Manifest } from "../core/run.ts";
import type { LevelValidity, Verdict } from "../core/summary.ts";
import { collected } from "./collector.ts";
import { compareTargets } from "./compare.ts";
import {
  exampleFailure,
  exampleManifest,
  exampleResponse,
  exampleResult,
  exampleSegment,
  exampleSkipped,
  exampleValidity,
} from "../../test/support/example-results.ts";
import { groupFailures } from "./failures.ts";
import { fairnessOfPairs } from "./fairness.ts";
import { summarize } from "./summarize.ts";
import { summaryView } from "./summary-view.ts";
import { combineValidity } from "./validity.ts";
import { renderMarkdown, renderText, type View } from "./view.ts";

function viewOf(manifest: Manifest, list: TestResult[]): View {
  const results = (): TestResult[] => list;
  const summaries = collected(results, summarize(manifest));
  return summaryView({
    manifest,
    summaries,
    comparison: collected(results, compareTargets(manifest)),
    fairness: collected(results, fairnessOfPairs(manifest)),
    failures: collected(results, groupFailures()),
    validity: combineValidity(manifest, summaries),
  });
}

function side(target: string, n: number, durationMs: number, sent_at_ms = 0): TestResult[] {
  return Array.from({ length: n }, (_, i) =>
    exampleResult({
      target,
      test_id: `t${i}`,
      duration_ms: durationMs + i,
      timing: { ttft_ms: 20 + (i % 3), done_at_ms: sent_at_ms + 1000, first_sent_at_ms: sent_at_ms, sent_at_ms },
    }),
  );
}

/** As one line, so that where it folds does not matter. */
const flat = (text: string): string => text.replaceAll(/\s+/g, " ");

const two = exampleManifest(["sim:fast", "sim:slow"], { planned_per_target: 30 });

test("a run of two targets reads as tables and sentences within 80 columns", () => {
  const text = renderText(viewOf(two, [...side("sim:fast", 30, 150), ...side("sim:slow", 30, 480)]));
  expect(text.split("\n").filter((line) => stringWidth(line) > 80)).toEqual([]);
  expect(text.split("\n").slice(0, 8)).toEqual([
    "Results of coding-tasks",
    "  target                success  cases  tokens  tokens/s  req/s    cost",
    "  sim:fast (simulated)    100 %  30/30     540       240   30.0  $0.030",
    "  sim:slow (simulated)    100 %  30/30     540       240   30.0  $0.030",
    "",
    "  target                  mean     p50     p95     p99  TTFT p50      p95",
    "  sim:fast (simulated)  165 ms  164 ms  178 ms  179 ms   21.0 ms  22.0 ms",
    "  sim:slow (simulated)  495 ms  494 ms  508 ms  509 ms   21.0 ms  22.0 ms",
  ]);
  expect(flat(text)).toContain("simulated: sim:fast, sim:slow. Times come from a schedule");
  expect(flat(text)).toContain(
    "sim:fast is faster than sim:slow: p50 duration 164 ms against 494 ms, −330 ms (95 % CI −330 … −330), beyond noise (p = 0.001)",
  );
  expect(flat(text)).toContain("no difference found in success rate: 100 % against 100 %, 0.0 points, p = 1.00");
  expect(flat(text)).toContain(
    "VALID: this client may be off by up to 1.20 ms in a TTFT, 800 µs in a gap between tokens",
  );
  expect(text).not.toContain("Failures");
});

test("the slower target named first still reads the right way round", () => {
  const text = renderText(viewOf(two, [...side("sim:fast", 30, 480), ...side("sim:slow", 30, 150)]));
  expect(flat(text)).toContain("sim:slow is faster than sim:fast: p50 duration 164 ms against 494 ms, −330 ms");
});

test("too few pairs are said to be too few", () => {
  const text = flat(renderText(viewOf(two, [...side("sim:fast", 5, 150), ...side("sim:slow", 5, 480)])));
  expect(text).toContain("p50 duration: 152 ms against 482 ms; too few cases to tell a difference from noise");
  const one = flat(renderText(viewOf(two, [...side("sim:fast", 1, 150), ...side("sim:slow", 1, 480)])));
  expect(one).toContain("p50 duration: too few cases to tell a difference from noise");
});

test("failures, skipped cases and pairs left out are shown with an example each", () => {
  const list = [
    ...side("sim:fast", 30, 150),
    ...side("sim:slow", 28, 480),
    exampleFailure({
      target: "sim:slow",
      test_id: "t28",
      error: { code: "server_error", message: "bad\u001b[31m\nday", http_status: 500 },
    }),
    exampleSkipped({ target: "sim:slow", test_id: "t29" }),
  ];
  const raw = renderText(viewOf(two, list));
  const text = flat(raw);
  expect(text).toContain("server_error: 1 case of sim:slow for example t28: bad␛[31m day");
  expect(raw).not.toContain("\u001b");
  expect(text).toContain("skipped: 1 case of sim:slow: sim:fast rejected the key");
  expect(text).toContain("2 pairs left out of the times: a side failed or is missing");
  expect(text).toContain(
    "sim:slow: times are of successes; counting its 1 failed as endless, p95 is 507 ms, p99 endless",
  );
});

test("an open loop's failures and waits are told of the times that its table shows", () => {
  const load = { ...exampleSegment().load, rate: 5 };
  const open = exampleManifest(["a:1"], { segments: [exampleSegment({ load })] });
  const { timing } = exampleResult();
  const late = { ...timing, limiter_wait_ms: 700, latency_from_intended_ms: 900 };
  const list = Array.from({ length: 99 }, (_, i) =>
    exampleResult({ target: "a:1", test_id: `t${i}`, duration_ms: 100, timing: late }),
  );
  const failed = exampleFailure({
    target: "a:1",
    test_id: "t99",
    timing: { ...timing, latency_from_intended_ms: null },
  });
  const text = flat(renderText(viewOf(open, [...list, failed])));
  expect(text).toContain("a:1 900 ms 900 ms 900 ms 900 ms");
  expect(text).toContain("counting its 1 failed as endless, p95 is 900 ms, p99 900 ms");
  expect(text).toContain("held back 99 of 100 requests, 1 min 09 s in all, which is in the times from that instant");
  expect(text).not.toContain("in no duration");

  const closed = flat(renderText(viewOf(exampleManifest(["a:1"]), [...list, failed])));
  expect(closed).toContain("counting its 1 failed as endless, p95 is 100 ms, p99 100 ms");
  expect(closed).toContain("which is in no duration and no TTFT");
});

test("retries, cut answers, unknown usage and cost, and an interruption are noted", () => {
  const list = [
    exampleResult({ target: "a:1", attempts: 2, response: exampleResponse({ finish_reason: "length" }) }),
    exampleResult({ target: "a:1", test_id: "t2", cost_usd: null, response: exampleResponse({ usage: null }) }),
    exampleResult({ target: "a:1", test_id: "t3", nothing_understood: true }),
  ];
  const segments = [exampleSegment({ validity: null })];
  const manifest = exampleManifest(["a:1"], { status: "interrupted", planned_per_target: 9, segments });
  const text = flat(renderText(viewOf(manifest, list)));
  expect(text).toContain("a:1: 1 retry a:1: 1 answer cut off by max_tokens");
  expect(text).toContain("a:1: 1 answer carried nothing we understood: no text, reasoning or tool call");
  expect(text).toContain("a:1: 1 answer without usage from the server; token sums leave them out");
  expect(text).toContain("a:1: 1 answer of unknown cost; the sum leaves them out");
  expect(text).toContain("The run was interrupted: 3 of 9 cases have a result; resume it to run the others.");
  expect(text).toContain("DEGRADED this client was not measured");
  expect(text).not.toContain("Comparison");
  expect(text).not.toContain("simulated");
});

test("pairs that were sent far apart are pointed out", () => {
  const text = flat(renderText(viewOf(two, [...side("sim:fast", 30, 150), ...side("sim:slow", 30, 480, 60_000)])));
  expect(text).toContain("only 0 % of the pairs were sent within 5 s of each other");
});

test("a run without any result still has a report", () => {
  const text = renderText(viewOf(two, []));
  expect(text).toContain("–");
  expect(text).not.toMatch(/NaN|null|undefined|Infinity/);
});

test("tones reach the terminal only through the colour function", () => {
  const view = viewOf(two, [...side("sim:fast", 30, 150), ...side("sim:slow", 30, 480)]);
  const text = renderText(view, { color: (tone, part) => `<${tone}>${part}</${tone}>` });
  expect(text).toContain("<heading>Comparison</heading>");
  expect(text).toContain("<good>sim:fast is faster");
});

test("of a sweep it says which levels can be believed, and no more reasons than one reads", () => {
  const at = (level: number, verdict: Verdict, ttft: number): LevelValidity => ({
    level,
    verdict,
    error_bar_ms: { ttft, icl: 1 },
  });
  const validity = exampleValidity({
    verdict: "INVALID",
    reasons: Array.from({ length: 9 }, (_, i) => `reason ${i}`),
    levels: [at(1, "VALID", 1), at(2, "VALID", 2), at(64, "INVALID", 47)],
  });
  const manifest = exampleManifest(["sim:fast"], { segments: [exampleSegment({ validity })] });
  const text = flat(renderText(viewOf(manifest, side("sim:fast", 3, 150))));
  expect(text).toContain("VALID with 1, 2 in flight: off by up to 2.00 ms in a TTFT");
  expect(text).toContain("INVALID with 64 in flight: off by up to 47.0 ms in a TTFT");
  expect(text).toContain("reason 5 and 3 more reasons, in results.json");
});

test("a run in which nothing was answered gets no verdict", () => {
  const manifest = exampleManifest(["sim:fast"], { status: "interrupted" });
  const text = flat(renderText(viewOf(manifest, [exampleSkipped({ target: "sim:fast" })])));
  expect(text).toContain("nothing was measured");
  expect(text).not.toContain("VALID");
  const failed = flat(renderText(viewOf(manifest, [exampleFailure({ target: "sim:fast" })])));
  expect(failed).toContain("no verdict: no request succeeded, so no time was measured");
  expect(failed).not.toContain("VALID");
});

test("Markdown has a heading a section, tables and nested lists", () => {
  const markdown = renderMarkdown(viewOf(two, [...side("sim:fast", 30, 150), ...side("sim:slow", 30, 480)]));
  expect(markdown).toContain("## Results of coding-tasks\n\n| target | success |");
  expect(markdown).toContain("\n- sim:fast against sim:slow, 30 pairs:\n  - no difference found");
  expect(markdown).toContain("## Validity of the measurement\n\n- VALID: ");
  expect(markdown).not.toContain("\n\n\n");
});

test("the fees of web searches that no price covers are said not to be in the cost", () => {
  const { usage } = exampleResponse();
  if (usage === null) throw new Error("the example has usage");
  const searched = (web_searches: number): TestResult =>
    exampleResult({ target: "a:1", response: exampleResponse({ usage: { ...usage, web_searches } }) });
  const text = renderText(viewOf(exampleManifest(["a:1"]), [searched(1), searched(2)]));
  expect(flat(text)).toContain("a:1: the fees of 3 web searches are not in the cost");
  const without = renderText(viewOf(exampleManifest(["a:1"]), [exampleResult({ target: "a:1" })]));
  expect(without).not.toContain("web search");
});
