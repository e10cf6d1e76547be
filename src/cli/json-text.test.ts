import { expect, test } from "vitest";
import { jsonLine, jsonText } from "./json-text.ts";

test("JSON is laid out or on one line, and escapes what would turn a terminal's text", () => {
  expect(jsonText({ a: "\u202e\u009b" })).toBe('{\n  "a": "\\u202e\\u009b"\n}\n');
  expect(jsonLine({ a: "\u007f" })).toBe('{"a":"\\u007f"}');
  expect(jsonLine(undefined)).toBe("null");
});
