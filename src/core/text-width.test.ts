import fc from "fast-check";
import stringWidth from "string-width";
import { expect, test } from "vitest";
import { textWidth } from "./text-width.ts";

test("every character alone, and after another one, is as wide as string-width says", () => {
  const differing = Array.from({ length: 0x3000 }, (_, code) => String.fromCharCode(code)).filter(
    (character) =>
      textWidth(character) !== stringWidth(character) || textWidth(`a${character}b`) !== stringWidth(`a${character}b`),
  );
  expect(differing).toEqual([]);
});

test("texts of any characters are as wide as string-width says", () => {
  const character = fc.oneof(
    fc.integer({ min: 0x20, max: 0x25ff }).map((code) => String.fromCharCode(code)),
    fc.constantFrom("\u{fe0f}", "\u200d", "\u0301", "日", "😀", "\u001b[31m", "≈", "…", "©", "↔", "█"),
  );
  fc.assert(
    fc.property(fc.array(character, { maxLength: 12 }), (characters) => {
      const text = characters.join("");
      expect(textWidth(text)).toBe(stringWidth(text));
    }),
    { numRuns: 2000 },
  );
});
