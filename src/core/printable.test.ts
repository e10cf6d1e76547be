import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { escapedJson, isPrintable, printable, printableLine } from "./printable.ts";

const anyText = fc.string({ unit: "binary" });
/** Written out, so that a slip in the pattern of the source is not repeated here. */
const HARMFUL =
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

describe("text for people", () => {
  it("shows escapes, bells and the like as pictures, and line ends of Windows as line feeds", () => {
    expect(printable("a\u001b[31mb\u0007\r\n\tc\u007f\u009b\u202e\r")).toBe("a␛[31mb␇\n\tc␡��␍");
  });

  it("leaves every other character alone, line ends and tabs too", () => {
    expect(printable("Füße 😀 שלום\n\t漢字")).toBe("Füße 😀 שלום\n\t漢字");
  });

  it("never holds a control character besides line feeds and tabs", () => {
    const all = Array.from({ length: 0x3000 }, (_, code) => String.fromCharCode(code));
    expect(all.filter((character) => HARMFUL.test(printable(character)))).toEqual([]);
    expect(all.filter((character) => isPrintable(character) === HARMFUL.test(character))).toEqual([]);
  });

  it("can be put on one line", () => {
    expect(printableLine("a\u001b\r\n\tb\u2028")).toBe("a␛ b ");
  });
});

describe("JSON for people", () => {
  it("is the same value after escaping what JSON leaves alone", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const json = escapedJson(JSON.stringify({ text }, null, 2));
        expect(json).not.toMatch(HARMFUL);
        expect(JSON.parse(json)).toEqual({ text });
      }),
    );
    const all = String.fromCharCode(...Array.from({ length: 0x2100 }, (_, code) => code));
    expect(escapedJson(JSON.stringify(all))).not.toMatch(HARMFUL);
    expect(JSON.parse(escapedJson(JSON.stringify(all)))).toBe(all);
  });
});
