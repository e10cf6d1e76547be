import { collected, streamed } from "../../test/support/cases.ts";
import { describe, expect, it } from "vitest";
import { FAILURE_CODES, failure } from "../core/failure.ts";
import { seededRandom } from "../core/random.ts";
import { opensCircuit } from "./circuit.ts";
import { decideRetry } from "./retry.ts";
import { SlotCounter } from "./slot-counter.ts";
import { workOrder, type WorkOptions } from "./work.ts";

const WHOLE: WorkOptions = {
  passes: 1,
  atMost: Infinity,
  seed: null,
  level: { index: 0, of: 1 },
  endlessCases: false,
};

const always = (value: number) => (): number => value;

describe("the retry decision", () => {
  it("retries exactly what may pass by itself", () => {
    const retried = FAILURE_CODES.filter((code) => decideRetry(failure(code, ""), 0, 1, always(0)).retry);
    expect(retried).toEqual([
      "rate_limited",
      "overloaded",
      "server_error",
      "timeout_connect",
      "connection",
      "stream_cut",
    ]);
  });

  it("looks a name up again when the resolver asks to try again, and an unknown one never", () => {
    expect(decideRetry(failure("dns", "", { temporary: true }), 0, 1, always(0)).retry).toBe(true);
    expect(decideRetry(failure("dns", "", { temporary: true }), 1, 1, always(0)).retry).toBe(false);
    expect(decideRetry(failure("dns", ""), 0, 1, always(0)).retry).toBe(false);
  });

  it("doubles the longest wait with each retry, up to 30 s, with full jitter", () => {
    const longest = [0, 1, 2, 6, 20].map((used) => decideRetry(failure("overloaded", ""), used, 99, always(1)));
    expect(longest).toMatchObject([500, 1000, 2000, 30_000, 30_000].map((afterMs) => ({ afterMs, counted: true })));
    expect(decideRetry(failure("overloaded", ""), 5, 99, always(0))).toMatchObject({ afterMs: 0 });
  });

  it("never comes back before the server's word", () => {
    const limited = failure("rate_limited", "", { retry_after_ms: 1500 });
    expect(decideRetry(limited, 0, 1, always(0))).toMatchObject({ afterMs: 1500 });
    expect(decideRetry(limited, 0, 1, always(1))).toMatchObject({ afterMs: 1550 });
  });

  it("does not wait longer than ten minutes, whatever the server asks", () => {
    expect(decideRetry(failure("rate_limited", "", { retry_after_ms: 600_001 }), 0, 1, always(0)).retry).toBe(false);
  });

  it("ends when the retries are used up", () => {
    expect(decideRetry(failure("overloaded", ""), 3, 3, always(0))).toEqual({ retry: false });
  });
});

it("a circuit opens on what the next case cannot change, unless the target worked before", () => {
  const fatal = FAILURE_CODES.filter((code) => opensCircuit(code, false));
  expect(fatal).toEqual(["auth", "permission", "quota", "not_found", "dns", "refused", "tls", "proxy"]);
  expect(FAILURE_CODES.some((code) => opensCircuit(code, true))).toBe(false);
});

describe("the order of work", () => {
  const cases = ["a", "b", "c", "d", "e", "f"].map((id) => ({ id, prompt: id }));
  const ids = async (repeat: number, seed: string | null): Promise<string> =>
    (await collected(workOrder(() => streamed(cases), { ...WHOLE, passes: repeat, seed })))
      .map(({ testCase, sample }) => testCase.id + sample)
      .join(" ");

  it("is the file's, one whole pass per repetition", async () => {
    expect(await ids(2, null)).toBe("a0 b0 c0 d0 e0 f0 a1 b1 c1 d1 e1 f1");
  });

  it("is shuffled the same way by the same seed, differently by another and in each pass", async () => {
    const [first, again, other] = await Promise.all([ids(2, "7"), ids(2, "7"), ids(2, "8")]);
    expect(first).toBe(again);
    expect(first).not.toBe(other);
    expect(first.split(" ").toSorted()).toEqual((await ids(2, null)).split(" ").toSorted());
    expect(first.slice(0, 17).replaceAll("0", "")).not.toBe(first.slice(18).replaceAll("1", ""));
  });
});

it("a slot counter's books balance when the samples agree with the time held", () => {
  const slots = new SlotCounter();
  expect(slots.littleResidual(1000)).toBeNull();
  for (let i = 0; i < 50; i += 1) {
    slots.taken();
    slots.taken();
    slots.sample();
    slots.freed(20);
    slots.freed(20);
  }
  expect(slots.littleResidual(1000)).toBeCloseTo(0, 9);
  expect(slots.littleResidual(500)).toBeCloseTo(-1, 9);
  expect(slots.endedPerSecond(1000)).toBe(100);
});

it("seeded numbers are uniform enough and the same for the same seed", () => {
  const random = seededRandom(5);
  const numbers = Array.from({ length: 10_000 }, () => random());
  expect(numbers.reduce((sum, x) => sum + x, 0) / 10_000).toBeCloseTo(0.5, 1);
  expect(seededRandom(5)()).toBe(numbers[0]);
  expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...numbers)).toBeLessThan(1);
});
