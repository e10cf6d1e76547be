import fc from "fast-check";
import { expect, it } from "vitest";
import { exampleResponse, exampleResult } from "../../test/support/example-results.ts";
import { decodeResult, encodeLine } from "../journal/line.ts";
import { failedAttemptSchema, type FailedAttempt, type TestResult } from "./result.ts";
import { soundFailedAttempt, soundResult } from "./sound-record.ts";

const usage = {
  prompt_tokens: 10,
  completion_tokens: 4,
  total_tokens: 14,
  reasoning_tokens: 1,
  cached_tokens: 2,
  cache_write_tokens: 3,
  stated_cost_usd: 0.5,
};
const server_timing = { load_ms: 1, prompt_ms: 2, output_ms: 3, total_ms: 6 };
const whole = (): TestResult => structuredClone(WHOLE);

const WHOLE: TestResult = exampleResult({
  response: exampleResponse({ usage, server_timing }),
  icl_ms: [1, 2, 3],
  deltas_per_read: [1, 2, 1, 1],
  error: { code: "server_error", message: "earlier", http_status: 500 },
  scores: { exact: 1 },
});

type Fields = Record<string, unknown>;

/** Where a record has figures that a server, a clock or a provider of one's own decides. */
const FIGURES: readonly (readonly [...string[]])[] = [
  ["cost_usd"],
  ["duration_ms"],
  ...Object.keys(whole().timing).map((name) => ["timing", name]),
  ...Object.keys(usage).map((name) => ["response", "usage", name]),
  ...Object.keys(server_timing).map((name) => ["response", "server_timing", name]),
  ["error", "http_status"],
  ["icl_ms", "1"],
  ["deltas_per_read", "2"],
  ["scores", "exact"],
];

function put(record: unknown, path: readonly string[], value: unknown): void {
  const holder = path.slice(0, -1).reduce((at, name) => at[name] as Fields, record as Fields);
  holder[path.at(-1) ?? ""] = value;
}

/** As its reader has it; null where the reader refuses the line. */
function readBack(result: TestResult): TestResult | null {
  const decoded = decodeResult(Buffer.from(encodeLine(result).slice(0, -1)));
  return decoded.ok ? decoded.record : null;
}

const odd = fc.constantFrom<unknown>(-1, NaN, Infinity, -Infinity, 2 ** 53, 1.5, -0.001, 1e308, "7", {}, [], true);

it("whatever its figures are, a record can be read back, with everything of it that was sound", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(...FIGURES), odd), { minLength: 1, maxLength: 6 }), (changes) => {
      const result = whole();
      for (const [path, value] of changes) put(result, path, value);
      const sound = soundResult(result);
      const read = readBack(sound);
      expect(read).toEqual(sound);
      expect(read?.response).toMatchObject({ content: "an answer", finish_reason: whole().response?.finish_reason });
      const { test_id, status, attempts, timestamp, error } = whole();
      expect(read).toMatchObject({ test_id, status, attempts, timestamp, error: { message: error?.message } });
      const touched = new Set(changes.map(([path]) => path.slice(0, 2).join(".")));
      if (!touched.has("cost_usd")) expect(read?.cost_usd).toBe(whole().cost_usd);
      if (!touched.has("response.usage")) expect(read?.response?.usage).toEqual(usage);
    }),
    { numRuns: 300 },
  );
});

it.each(FIGURES.map((path) => [path.join("."), path] as const))("%s becomes unknown, and nothing else", (_, path) => {
  const result = whole();
  put(result, path, -0.5);
  const expected = whole();
  const [first = "", , third] = path;
  // A list with a figure missing would shift the others; what is optional has no null.
  if (first === "icl_ms" || first === "deltas_per_read") put(expected, [first], null);
  else if (first === "scores") expected.scores = {};
  else if (third === "stated_cost_usd") delete expected.response?.usage?.stated_cost_usd;
  else put(expected, path, null);
  if (first === "scores") return expect(soundResult(result)).toEqual({ ...whole(), scores: { exact: -0.5 } });
  expect(soundResult(result)).toEqual(expected);
});

it("a score that is no number is left out", () => {
  expect(soundResult({ ...whole(), scores: { exact: NaN, other: 1 } }).scores).toEqual({ other: 1 });
});

it("a sound record is itself", () => {
  const result = whole();
  expect(soundResult(result)).toBe(result);
});

it("a failed attempt keeps everything but the figure that fails", () => {
  const failed: FailedAttempt = {
    target: "a",
    test_id: "t",
    sample: 0,
    attempt: 0,
    code: "server_error",
    http_status: 500.5,
    message: "busy",
    request_id: null,
    waited_ms: 0,
  };
  const sound = soundFailedAttempt(failed);
  expect(sound).toEqual({ ...failed, http_status: null });
  expect(failedAttemptSchema.safeParse(sound).success).toBe(true);
});

it("what cannot be repaired stays as it is, and holds nobody up", () => {
  const result = { ...whole(), timestamp: 5 as unknown as string, cost_usd: -1 };
  expect(soundResult(result)).toEqual({ ...result, cost_usd: null });
});
