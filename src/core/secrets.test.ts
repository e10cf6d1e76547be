import { describe, expect, it } from "vitest";
import { maskFor } from "./secrets.ts";

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
