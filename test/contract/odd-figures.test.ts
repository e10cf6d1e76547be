import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contradictionIn } from "../../src/core/usage-contradiction.ts";
import { decodeResult, encodeLine } from "../../src/journal/line.ts";
import { fixedPrices } from "../../src/providers/prices.ts";
import { costOfUsage } from "../../src/runner/cost.ts";
import { resultOf } from "../../src/runner/results.ts";
import { targetOf } from "../support/scripted-run.ts";
import { exampleCall } from "../support/call.ts";
import { customProvider } from "../../src/providers/custom.ts";
import { fakeClock } from "../support/fake-clock.ts";
import { attemptOver } from "../support/wire-attempt.ts";
import { fixture, WIRES, type WireCase } from "../support/wires.ts";

/** Figures that contradict the others: a wire, what holds the figure in its answers, and one that is too large or small. */
const CONTRADICTIONS: readonly (readonly [wire: string, figure: RegExp, value: string])[] = [
  ["openai-chat", /("cached_tokens":\s*)\d+/g, "99999"],
  ["openai-chat", /("reasoning_tokens":\s*)\d+/g, "99999"],
  ["openai-chat", /("total_tokens":\s*)\d+/g, "3"],
  ["openai-responses", /("cached_tokens":\s*)\d+/g, "99999"],
  ["openai-responses", /("reasoning_tokens":\s*)\d+/g, "99999"],
  ["openai-completions", /("total_tokens":\s*)\d+/g, "3"],
  ["openai-embeddings", /("total_tokens":\s*)\d+/g, "3"],
  ["google-gemini", /("totalTokenCount":\s*)\d+/g, "3"],
];

const withPrices = { priceOf: (_: string, usage: Parameters<ReturnType<typeof fixedPrices>>[0]) => priceOf(usage) };
const priceOf = fixedPrices({ input_per_million: 10, output_per_million: 30, cache_read_per_million: 1 });

/** The fixtures of a wire's answers, plain and streamed. */
const answersOf = ({ name, streams }: WireCase): { stream: boolean; contentType: string; text: string }[] => [
  { stream: false, contentType: "application/json", text: fixture(name, "plain.json").toString() },
  ...(streams === null
    ? []
    : [
        {
          stream: true,
          contentType: streams.contentType,
          text: fixture(name, `stream.${streams.ending}`).toString(),
        },
      ]),
];

describe.each(WIRES)("$name", (wireCase) => {
  const { name, wire } = wireCase;

  it("takes a usage that contradicts itself as stated, and at no price", () => {
    for (const [of, figure, value] of CONTRADICTIONS) {
      for (const { stream, contentType, text } of of === name ? answersOf(wireCase) : []) {
        const pieces = [Buffer.from(text.replaceAll(figure, `$1${value}`))];
        const { outcome } = attemptOver(wire, stream, { contentType, pieces });
        expect(outcome.ok, `${figure} streamed: ${stream}`).toBe(true);
        if (!outcome.ok) continue;
        const { usage } = outcome.response;
        expect(contradictionIn(usage), `${figure} streamed: ${stream}`).not.toBeNull();
        expect(costOfUsage(withPrices, "m", usage)).toBeNull();
      }
    }
  });

  it("no number that a server states makes its answer's record unreadable, or loses its text", () => {
    const odd = fc.constantFrom("-1", "1.5", "9007199254740991", "9007199254740993", "1e308", "1e999", "-0", "1e-320");
    for (const { stream, contentType, text } of answersOf(wireCase)) {
      const before = attemptOver(wire, stream, { contentType, pieces: [Buffer.from(text)] }).outcome;
      fc.assert(
        fc.property(fc.array(odd, { minLength: 1, maxLength: 8 }), (numbers) => {
          let n = 0;
          const changed = text.replaceAll(
            // Counts and times, not what places a piece of the answer or says which answer it is of.
            /("(?!index|output_index|content_index|sequence_number|embedding)\w+":\s*)\d+(\.\d+)?/g,
            (_, key: string) => `${key}${numbers[n++ % numbers.length] ?? "-1"}`,
          );
          const attempt = attemptOver(wire, stream, { contentType, pieces: [Buffer.from(changed)] });
          expect(attempt.outcome).toMatchObject({ ok: true });
          const record = recordOf(attempt);
          const read = decodeResult(Buffer.from(encodeLine(record).trimEnd()));
          expect(read).toMatchObject({ ok: true, record: { status: "success" } });
          if (read.ok && before.ok) expect(read.record.response?.content).toBe(before.response.content);
        }),
        { numRuns: 60 },
      );
    }
  });
});

function recordOf(attempt: ReturnType<typeof attemptOver>): ReturnType<typeof resultOf> {
  const provider = customProvider("p", async () => ({ content: "" }), fakeClock());
  const none = { slotWaitMs: 0, limiterWaitMs: 0, backoffMs: 0, connectMs: 0 };
  const { test_id, sample } = exampleCall();
  return resultOf(
    targetOf(provider, withPrices),
    { testCase: { id: test_id, prompt: "Hi" }, sample },
    {
      last: attempt,
      model: "m",
      attempts: 1,
      around: { segmentStart: 0, intended: 0, firstSent: 0, ready: 0, ...none },
      failedCostUsd: 0,
      place: { segment: 0, level: null },
      timestamp: "2026-01-01T00:00:00.000Z",
    },
  );
}

it("Cohere's cached tokens are counted among all, not among those that it bills", () => {
  const cohere = WIRES.find(({ name }) => name === "cohere-chat");
  for (const { stream, contentType, text } of cohere === undefined ? [] : answersOf(cohere)) {
    const pieces = [Buffer.from(text.replaceAll(/("cached_tokens":\s*)\d+/g, "$164"))];
    const { outcome } = attemptOver(cohere?.wire ?? expect.fail(), stream, { contentType, pieces });
    expect(outcome).toMatchObject({
      response: { usage: { prompt_tokens: 5, completion_tokens: 9, cached_tokens: null } },
    });
    if (outcome.ok) expect(costOfUsage(withPrices, "m", outcome.response.usage)).toBeCloseTo((50 + 270) / 1e6, 12);
  }
});
