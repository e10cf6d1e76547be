import { describe, expect, it } from "vitest";
import type { TestCase } from "../core/dataset.ts";
import { parseSynthetic, syntheticDataset } from "./synthetic.ts";

const specOf = (text: string, more: { sharedPrefix?: number; seed?: string } = {}): ReturnType<typeof parseSynthetic> =>
  parseSynthetic(text, { sharedPrefix: 0, seed: "1", ...more });

async function first(count: number, ...args: Parameters<typeof specOf>): Promise<(TestCase & { prompt: string })[]> {
  const cases: (TestCase & { prompt: string })[] = [];
  for await (const testCase of syntheticDataset(specOf(...args)).cases()) {
    cases.push({ ...testCase, prompt: testCase.prompt ?? "" });
    if (cases.length === count) break;
  }
  return cases;
}

describe("the lengths of a synthetic load", () => {
  it.each([
    ["input=512,output=128", { input: { mean: 512, sd: 0 }, output: { mean: 128, sd: 0 } }],
    [" output = 128 ± 16 , input=512+-64", { input: { mean: 512, sd: 64 }, output: { mean: 128, sd: 16 } }],
  ])("are read from %s", (text, expected) => {
    expect(specOf(text)).toMatchObject(expected);
  });

  it.each(["", "input=512", "input=512,input=3", "input=512,output=0", "input=5,output=5,more=1", "input=-5,output=5"])(
    "are refused where they are none: %s",
    (text) => {
      expect(() => specOf(text)).toThrow("does not say how long");
    },
  );
});

describe("synthetic prompts", () => {
  it("have the length that was asked for, at four characters a token, and limit their answers", async () => {
    for (const { prompt, config } of await first(20, "input=50,output=7")) {
      expect(prompt).toHaveLength(200);
      expect(config).toEqual({ max_tokens: 7 });
    }
  });

  it("are made of words of one token each, as nearly every tokenizer counts", async () => {
    for (const { prompt } of await first(20, "input=512,output=7")) {
      // The number in front takes a token for three digits; the last word may be cut.
      const words = prompt.split(" ");
      expect(Math.abs(words.length - 512)).toBeLessThanOrEqual(1);
      expect(words.slice(1, -1).every((word) => word.length === 3)).toBe(true);
    }
  });

  it("have lengths that vary as was asked for, and never none", async () => {
    const cases = await first(2000, "input=100±20,output=3±9");
    const lengths = cases.map(({ prompt }) => prompt.length / 4);
    const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
    const sd = Math.sqrt(lengths.reduce((sum, length) => sum + (length - mean) ** 2, 0) / lengths.length);
    expect(mean).toBeGreaterThan(98);
    expect(mean).toBeLessThan(102);
    expect(sd).toBeGreaterThan(18);
    expect(sd).toBeLessThan(22);
    expect(Math.min(...cases.map(({ config }) => config?.max_tokens ?? 0))).toBe(1);
  });

  it("differ from the first word on, or after the part that they share", async () => {
    const apart = await first(500, "input=50,output=1");
    expect(new Set(apart.map(({ prompt }) => prompt.slice(0, 12))).size).toBe(500);
    const shared = await first(500, "input=50,output=1", { sharedPrefix: 0.8 });
    expect(new Set(shared.map(({ prompt }) => prompt.slice(0, 160))).size).toBe(1);
    expect(new Set(shared.map(({ prompt }) => prompt.slice(160, 172))).size).toBe(500);
    expect(new Set(apart.concat(shared).map(({ id }) => id)).size).toBe(500);
  });

  it("shorter than the shared part are cut from it", async () => {
    const cases = await first(300, "input=20±8,output=1", { sharedPrefix: 1 });
    const longest = cases.map(({ prompt }) => prompt).reduce((a, b) => (a.length > b.length ? a : b));
    for (const { prompt } of cases) expect(prompt.slice(0, 80)).toBe(longest.slice(0, Math.min(80, prompt.length)));
  });

  it("are the same for the same seed, and so is the hash that a resume compares", async () => {
    expect(await first(5, "input=9,output=9")).toEqual(await first(5, "input=9,output=9"));
    expect(await first(5, "input=9,output=9")).not.toEqual(await first(5, "input=9,output=9", { seed: "2" }));
    const hashes = ["1", "1", "2"].map((seed) => syntheticDataset(specOf("input=9,output=9", { seed })).sha256);
    expect(new Set(hashes).size).toBe(2);
  });
});
