import fc from "fast-check";
import { expect, it } from "vitest";
import { BodyBuffer } from "./body-buffer.ts";

it("a body is the same however it was cut, also in the middle of a character", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), fc.array(fc.nat(600)), (text, cuts) => {
      const bytes = Buffer.from(text);
      const body = new BodyBuffer();
      const at = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).toSorted((a, b) => a - b), bytes.length];
      for (const [i, end] of at.slice(1).entries()) body.add(bytes.subarray(at[i], end));
      expect(body.text()).toBe(text);
      expect(body.length).toBe(bytes.length);
    }),
  );
});

it("a body in millions of single bytes is whole", () => {
  const body = new BodyBuffer();
  const byte = Buffer.from("x");
  for (let i = 0; i < 1_100_000; i += 1) body.add(byte);
  expect(body.length).toBe(1_100_000);
  expect(body.text()).toBe("x".repeat(1_100_000));
});
