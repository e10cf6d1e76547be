import { describe, expect, it } from "vitest";
import { TokenTimes } from "./token-times.ts";

describe("the times of a stream's tokens", () => {
  it("are those of the reads that brought them", () => {
    const times = new TokenTimes();
    expect(times.came(10, 0, "text")).toBe(true);
    expect(times.came(25, 3, "text")).toBe(true);
    expect(times.came(26, 4, "other")).toBe(true);
    expect(times.gapsMs).toEqual([15, 1]);
    expect(times.deltasPerRead).toEqual([1, 1, 1]);
    expect(times).toMatchObject({ firstToken: 10, firstText: 10, lastToken: 26 });
  });

  it("count deltas of one read as one moment, without gaps of zero", () => {
    const times = new TokenTimes();
    times.came(10, 0, "text");
    expect(times.came(10, 0, "text")).toBe(false);
    times.came(10, 0, "text");
    times.came(40, 1, "text");
    expect(times.gapsMs).toEqual([30]);
    expect(times.deltasPerRead).toEqual([3, 1]);
  });

  it("tell the first text from the reasoning before it, also within one read", () => {
    const times = new TokenTimes();
    times.came(10, 0, "reasoning");
    times.came(30, 1, "reasoning");
    times.came(30, 1, "text");
    expect(times).toMatchObject({ firstToken: 10, firstText: 30, lastToken: 30 });
  });

  it("are unknown where no token came", () => {
    expect(new TokenTimes()).toMatchObject({ firstToken: null, firstText: null, lastToken: null });
  });
});
