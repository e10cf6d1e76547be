import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { maskFor, pieceMaskFor } from "./secrets.ts";

describe("maskFor", () => {
  const mask = maskFor(["sk-0123456789", 'quo"ted-secret', "tiny"]);

  it("takes every secret out of a text, also in the form it has inside JSON", () => {
    expect(mask("a sk-0123456789 b sk-0123456789")).toBe("a [secret] b [secret]");
    expect(mask(JSON.stringify({ key: 'quo"ted-secret' }))).toBe('{"key":"[secret]"}');
  });

  it("leaves secrets alone that are as short as a word", () => {
    expect(mask("a tiny word")).toBe("a tiny word");
  });

  it("masks the longer of two secrets that begin alike", () => {
    expect(maskFor(["sk-0123", "sk-0123-and-more"])("sk-0123-and-more")).toBe("[secret]");
  });

  it.each([
    ["said sk-01234… and so on", "said [secret]… and so on"],
    ["one sk-012345678…, two sk-012…", "one [secret]…, two [secret]…"],
    ["said sk-01… and so on", "said sk-01… and so on"],
    ["no cut sk-01234", "no cut sk-01234"],
  ])("takes the beginning of a secret away from before a cut: %s", (text, masked) => {
    expect(mask(text)).toBe(masked);
  });
});

describe("the mask for a text in pieces", () => {
  it("finds a secret however it is cut, and holds back no more than it must", () => {
    const mask = pieceMaskFor(["secret-key"]);
    expect([mask.take("the sec"), mask.take("ret-ke"), mask.take("y!"), mask.end()]).toEqual([
      "the ",
      "",
      "[secret]!",
      "",
    ]);
    expect([mask.take("secre"), mask.end()]).toEqual(["", "secre"]);
  });

  it("holds back nothing when there is no secret", () => {
    const mask = pieceMaskFor([]);
    expect([mask.take("all of it"), mask.end()]).toEqual(["all of it", ""]);
  });

  it("says what the mask of the whole says", () => {
    const secret = "abaabaab";
    fc.assert(
      fc.property(fc.array(fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 12 })), (pieces) => {
        const mask = pieceMaskFor([secret]);
        const out = pieces.map((piece) => mask.take(piece)).join("") + mask.end();
        expect(out).toBe(maskFor([secret])(pieces.join("")));
      }),
    );
  });
});
