import { describe, expect, it } from "vitest";
import { Gate } from "./gate.ts";
import { RateBooks } from "./rate-books.ts";
import { Slots } from "./slots.ts";

describe("slots", () => {
  it("are given until the limit is reached, and again when one is freed", () => {
    const slots = new Slots(2);
    expect([slots.take(), slots.take(), slots.take()]).toEqual([true, true, false]);
    slots.free();
    expect([slots.held, slots.take(), slots.held]).toEqual([1, true, 2]);
  });

  it("above a lowered limit stay held, and are not given again", () => {
    const slots = new Slots(3);
    for (let i = 0; i < 3; i += 1) slots.take();
    slots.resize(1);
    slots.free();
    expect([slots.held, slots.take()]).toEqual([2, false]);
    slots.free();
    slots.free();
    expect([slots.take(), slots.take()]).toEqual([true, false]);
  });

  it("tell who waits of each change", async () => {
    const slots = new Slots(0);
    const causes = [() => slots.resize(1), () => slots.wake(), () => slots.free()];
    const told = causes.map(async (cause) => {
      const change = slots.change();
      cause();
      return change;
    });
    await expect(Promise.all(told)).resolves.toHaveLength(3);
  });
});

it("a gate closes once: the first reason holds", () => {
  const gate = new Gate();
  expect([gate.closed, gate.signal.aborted]).toEqual([null, false]);
  gate.close({ by: "errors", skipWith: "enough" });
  gate.close({ by: "stop", skipWith: null });
  expect([gate.closed, gate.signal.aborted]).toEqual([{ by: "errors", skipWith: "enough" }, true]);
});

describe("the rates of a schedule", () => {
  const books = (sentLateMs: number, unsent: number): ReturnType<RateBooks["rates"]> => {
    const rate = new RateBooks();
    for (let n = 0; n < 100; n += 1) rate.sent(n * 10, n * 10 + (n === 99 ? sentLateMs : 0));
    for (let n = 100; n < 100 + unsent; n += 1) rate.unsent(n * 10);
    return rate.rates();
  };

  it("are the same when everything left at its instant", () => {
    const { requested = 0, delivered = 0 } = books(0, 0) ?? {};
    expect(requested).toBeCloseTo(100, 9);
    expect(delivered).toBe(requested);
  });

  it("differ by what left late at the end, and by what never left", () => {
    expect(books(1000, 0)).toEqual({ requested: expect.closeTo(100, 9), delivered: expect.closeTo(50, 9) });
    expect(books(0, 100)).toEqual({ requested: expect.closeTo(100, 9), delivered: expect.closeTo(50, 9) });
  });

  it("are unknown where there was no schedule, or a single request", () => {
    const rate = new RateBooks();
    expect(rate.rates()).toBeNull();
    rate.sent(0, 0);
    expect(rate.rates()).toBeNull();
  });
});
