import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { collected, streamed } from "../../test/support/cases.ts";
import { seededRandom, shuffled } from "../core/random.ts";
import { shuffledStream } from "./shuffled-stream.ts";

const casesOf = (count: number): { id: string; prompt: string }[] =>
  Array.from({ length: count }, (_, n) => ({ id: String(n), prompt: "p" }));

describe("a shuffled stream", () => {
  it("is the plain shuffle where everything fits into the window", async () => {
    const cases = casesOf(50);
    expect(await collected(shuffledStream(streamed(cases), seededRandom("s"), 50))).toEqual(
      shuffled(cases, seededRandom("s")),
    );
  });

  it("gives each case once, the same way for the same seed, none more than a window early", async () => {
    const numbers = fc.integer({ min: 0, max: 200 });
    await fc.assert(
      fc.asyncProperty(numbers, fc.integer({ min: 1, max: 50 }), fc.string(), async (count, window, seed) => {
        const run = async (): Promise<number[]> =>
          (await collected(shuffledStream(streamed(casesOf(count)), seededRandom(seed), window))).map(({ id }) =>
            Number(id),
          );
        const order = await run();
        expect(order.toSorted((a, b) => a - b)).toEqual(casesOf(count).map((_, n) => n));
        expect(order.every((n, place) => n - place <= window)).toBe(true);
        expect(await run()).toEqual(order);
      }),
    );
  });
});
