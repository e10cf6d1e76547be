import { describe, expect, it } from "vitest";
import { BenchError } from "../../core/errors.ts";
import { RANGES } from "../../core/ranges.ts";
import { inRange, levelList, span } from "../option-values.ts";
import type { BenchFlags } from "./flags.ts";
import { checkLoadFlags, checkLoadOf, loadOf } from "./load-flags.ts";

const flagsOf = (more: Partial<BenchFlags> = {}): BenchFlags => ({
  dataset: "d",
  providers: ["sim"],
  export: "both",
  stream: true,
  repeat: 1,
  saveResponses: true,
  ...more,
});

/** Without a dataset. */
function madeOf(more: Partial<BenchFlags>): BenchFlags {
  const { dataset: _, ...rest } = flagsOf(more);
  return rest;
}

function complaint(flags: BenchFlags): string | null {
  try {
    checkLoadFlags(flags);
    checkLoadOf(flags, loadOf(flags, {}), 1);
    return null;
  } catch (error) {
    if (error instanceof BenchError && error.code === "usage") return error.message;
    throw error;
  }
}

describe("flags about the load", () => {
  it.each<[Partial<BenchFlags>, string]>([
    [{ rate: 5, concurrency: 3 }, "--rate cannot be combined with --concurrency"],
    [{ rate: 5, sweep: [1] }, "--rate cannot be combined with --sweep"],
    [{ rate: 5, delay: 5 }, "--rate cannot be combined with --delay"],
    [{ ramp: { from: 1, to: 5 } }, "--ramp needs --over"],
    [{ over: 5 }, "--over needs --ramp"],
    [{ maxInFlight: 5 }, "--max-in-flight needs --rate"],
    [{ arrival: "poisson" }, "--arrival needs --rate"],
    [{ p95Limit: 5 }, "--p95-limit needs --sweep"],
    [{ sharedPrefix: 0.5 }, "--shared-prefix needs --synthetic"],
    [{ duration: 5, repeat: 2 }, "--repeat cannot be combined with --duration"],
    [{ synthetic: "input=5,output=5" }, "--dataset cannot be combined with --synthetic"],
  ])("%j contradict each other, or lack another", (more, message) => {
    expect(complaint(flagsOf(more))).toContain(message);
  });

  it("need something to send, and made prompts need an end", () => {
    expect(complaint(madeOf({}))).toContain("nothing to send");
    const synthetic = "input=5,output=5";
    expect(complaint(madeOf({ synthetic }))).toContain("needs an end");
    expect(complaint(madeOf({ synthetic, category: "x" }))).toContain("cannot be combined with");
    for (const end of [{ limit: 5 }, { maxRequests: 5 }, { duration: 5 }, { budgetUsd: 5 }]) {
      expect(complaint(madeOf({ synthetic, ...end }))).toBeNull();
    }
  });

  it("rule over the configuration, which rules over the defaults", () => {
    const benchmarks = { concurrency: 7, duration: "2s", max_requests: 9, max_errors: 3, budget_usd: 2, warmup: 1 };
    expect(loadOf(flagsOf(), {})).toMatchObject({
      concurrency: 5,
      rate: null,
      durationMs: null,
      delayMs: 0,
      warmup: 0,
    });
    expect(loadOf(flagsOf(), { benchmarks })).toMatchObject({
      concurrency: 7,
      durationMs: 2000,
      maxRequests: 9,
      maxErrors: 3,
      budgetUsd: 2,
      warmup: 1,
    });
    const flags = flagsOf({ concurrency: 8, duration: 50, maxRequests: 4, maxErrors: 5, budgetUsd: 6, warmup: 0 });
    expect(loadOf(flags, { benchmarks })).toMatchObject({ concurrency: 8, durationMs: 50, maxRequests: 4, warmup: 0 });
  });

  it("of a closed loop rule over a rate in the configuration", () => {
    const benchmarks = { rate: 10, arrival: "poisson" as const, max_in_flight: 4 };
    expect(loadOf(flagsOf(), { benchmarks })).toMatchObject({ rate: 10, arrival: "poisson", maxInFlight: 4 });
    expect(loadOf(flagsOf({ rate: 5 }), { benchmarks })).toMatchObject({ rate: 5, maxInFlight: 4 });
    expect(loadOf(flagsOf({ concurrency: 5 }), { benchmarks })).toMatchObject({ rate: null, maxInFlight: null });
  });

  it("give a ramp the time that it takes to rise, unless something else ends the run", () => {
    const ramp = { ramp: { from: 1, to: 5 }, over: 3000 };
    expect(loadOf(flagsOf(ramp), {})).toMatchObject({ durationMs: 3000, ramp: { from: 1, to: 5, overMs: 3000 } });
    expect(loadOf(flagsOf({ ...ramp, duration: 9000 }), {}).durationMs).toBe(9000);
    expect(loadOf(flagsOf({ ...ramp, maxRequests: 9 }), {}).durationMs).toBeNull();
  });
});

const rate = inRange(RANGES.rate);

describe("values of load flags", () => {
  it("are read", () => {
    expect([levelList("1, 2,4"), span("1..200"), rate("0.5")]).toEqual([[1, 2, 4], { from: 1, to: 200 }, 0.5]);
  });

  it.each([
    [levelList, "1,1"],
    [levelList, "1,,2"],
    [levelList, "0"],
    [span, "1-5"],
    [span, "1..2..3"],
    [span, "0..5"],
    [rate, "0"],
    [rate, "much"],
    [rate, " "],
  ])("are refused where they are none: %o %s", (read, text) => {
    expect(() => read(text)).toThrow("Expected");
  });
});
