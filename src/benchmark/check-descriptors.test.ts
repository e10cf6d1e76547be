import { expect, it } from "vitest";
import { BenchError } from "../core/errors.ts";
import type { Provider } from "../core/provider.ts";
import { checkDescriptors, descriptorsHere } from "./check-descriptors.ts";
import { PLAIN_LOAD, type BenchmarkPlan, type LoadShape } from "./plan.ts";

const PROVIDER: Provider = {
  name: "p",
  simulated: false,
  openChannel: () => ({ send: () => Promise.reject(), close: async () => {} }),
};

/** What the check says of a load on a machine with 100 descriptors of which 20 are open. */
function said(
  load: Partial<LoadShape>,
  plan: Partial<Pick<BenchmarkPlan, "levels" | "searchUpTo" | "repeat">> = {},
  targets: { readonly maxConcurrency?: number; readonly bridge?: "exec" }[] = [{}],
  cases: number | null = 1000,
): string | null {
  const made = targets.map(({ maxConcurrency = null, bridge }) => ({
    ...({} as BenchmarkPlan["targets"][number]),
    provider: bridge === undefined ? PROVIDER : { ...PROVIDER, bridge },
    maxConcurrency,
  }));
  try {
    const whole = { levels: null, searchUpTo: null, repeat: 1, ...plan, targets: made };
    checkDescriptors(whole, { ...PLAIN_LOAD, ...load }, cases, { limit: 100, open: 20 });
    return null;
  } catch (error) {
    if (!(error instanceof BenchError) || error.code !== "usage") throw error;
    return error.message;
  }
}

it("a fixed load that needs more descriptors than there are is refused with both numbers", () => {
  expect(said({ concurrency: 68 })).toBeNull();
  expect(said({ concurrency: 69 })).toBe("this load needs 101 file descriptors at once, and this process may open 100");
  expect(said({}, { levels: [1, 80, 5] })).toContain("needs 112");
  expect(said({ ramp: { from: 1, to: 90, overMs: 1000 } })).toContain("needs 122");
});

it("all targets count that are sent to at once, each as far as it may go", () => {
  expect(said({ concurrency: 40 }, {}, [{}, {}])).toContain("needs 112");
  expect(said({ concurrency: 40 }, {}, [{}, { maxConcurrency: 10 }])).toBeNull();
  expect(said({ concurrency: 40, order: "sequential" }, {}, [{}, {}, {}])).toBeNull();
  expect(said({ concurrency: 30 }, {}, [{ bridge: "exec" }])).toContain("needs 122");
});

it("no more requests are in flight than there are", () => {
  expect(said({ concurrency: 500 }, {}, [{}], 10)).toBeNull();
  expect(said({ concurrency: 500, maxRequests: 20 })).toBeNull();
  expect(said({ concurrency: 500 }, { repeat: 9 }, [{}], 10)).toContain("needs 122");
  expect(said({ concurrency: 500, durationMs: 1000 }, {}, [{}], 10)).toContain("needs 532");
  expect(said({ concurrency: 500 }, {}, [{}], null)).toContain("needs 532");
});

it("a load that grows is begun, and so is any where nobody knows the limit", () => {
  expect(said({ rate: 1000 })).toBeNull();
  expect(said({ adaptive: true, concurrency: 200 })).toBeNull();
  expect(said({}, { searchUpTo: 1000 })).toBeNull();
  const plan = { levels: null, searchUpTo: null, repeat: 1, targets: [] };
  expect(() => checkDescriptors(plan, { ...PLAIN_LOAD, concurrency: 1e6 }, null, null)).not.toThrow();
});

it("this process knows its limit where the system states it", () => {
  const here = descriptorsHere();
  if (process.platform !== "linux") return;
  expect(here?.limit).toBeGreaterThan(0);
  expect(here?.open).toBeGreaterThan(2);
});
