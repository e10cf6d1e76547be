import { describe, expect, it } from "vitest";
import { shellWord } from "./shell-word.ts";

describe("a word of a command that is shown for copying", () => {
  it.each([
    ["plain-1.jsonl", "plain-1.jsonl"],
    ["my file.jsonl", "'my file.jsonl'"],
    ["x; rm -rf ~", "'x; rm -rf ~'"],
    ["it's", String.raw`'it'\''s'`],
    ["$(date)", "'$(date)'"],
    ["=cmd()", "'=cmd()'"],
    ["漢字", "'漢字'"],
    ["", "''"],
    ["two\nlines", "ID"],
    ["\u001b[31mred", "ID"],
    ["\u202eevil", "ID"],
    ["x".repeat(10_000), "ID"],
  ])("is quoted where a shell needs it: %j as %s", (text, word) => {
    expect(shellWord(text, "ID")).toBe(word);
  });
});
