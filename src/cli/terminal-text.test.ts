import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonText, terminalText } from "./terminal-text.ts";

const anyText = fc.string({ unit: "binary" });

describe("text for a terminal", () => {
  it("shows escapes, bells and the like as pictures, and drops carriage returns", () => {
    expect(terminalText("a\u001b[31mb\u0007\r\n\tc\u007f\u009b\u202e")).toBe("a␛[31mb␇\n\tc␡��");
  });

  it("leaves every other character alone, line ends and tabs too", () => {
    expect(terminalText("Füße 😀 שלום\n\t漢字")).toBe("Füße 😀 שלום\n\t漢字");
  });

  it("never holds a control character besides line ends and tabs", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(terminalText(text).replaceAll(/[\n\t]/g, "")).not.toMatch(/\p{Cc}/u);
      }),
    );
  });

  it("is the same JSON value after escaping what JSON leaves alone", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const json = jsonText({ text });
        expect(json.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u202a-\u202e]/u);
        expect(JSON.parse(json)).toEqual({ text });
      }),
    );
  });
});
