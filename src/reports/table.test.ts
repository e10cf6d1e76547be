import stringWidth from "string-width";
import { expect, test } from "vitest";
import { escapeMarkdown, shortened, type Table, tableLines, tableMarkdown } from "./table.ts";

const table: Table = {
  columns: [
    { header: "target", align: "left" },
    { header: "p50", align: "right" },
    { header: "cost", align: "right" },
  ],
  rows: [
    ["openai:a-model-with-a-long-name-mini", "164 ms", "$0.0042"],
    ["日本語", "1.24 s", "–"],
  ],
};

test("columns align by what the terminal shows", () => {
  expect(tableLines(table, 80)).toEqual([
    "target                                   p50     cost",
    "openai:a-model-with-a-long-name-mini  164 ms  $0.0042",
    "日本語                                1.24 s        –",
  ]);
});

test("too wide a table first gets shorter labels, then a second block", () => {
  expect(tableLines(table, 36)).toEqual([
    "target                  p50     cost",
    "openai:a-…name-mini  164 ms  $0.0042",
    "日本語               1.24 s        –",
  ]);
  const narrow = tableLines(table, 22);
  expect(narrow).toEqual([
    "target           p50",
    "openai…-mini  164 ms",
    "日本語        1.24 s",
    "",
    "target           cost",
    "openai…-mini  $0.0042",
    "日本語              –",
  ]);
  for (const line of narrow) expect(stringWidth(line)).toBeLessThanOrEqual(22);
});

test("a text is shortened in its middle without breaking characters", () => {
  expect(shortened("👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧", 5)).toBe("👩‍👩‍👧…👩‍👩‍👧");
  expect(shortened("short", 5)).toBe("short");
});

test("Markdown keeps alignment and shows cells as they are", () => {
  expect(tableMarkdown({ columns: table.columns, rows: [["a|b_c*", "1 s", "<x>"]] })).toBe(
    "| target | p50 | cost |\n| --- | ---: | ---: |\n| a\\|b_c\\* | 1 s | \\<x> |\n",
  );
  expect(escapeMarkdown("_a_ [b](c)\nd ~~e~~")).toBe("\\_a\\_ \\[b\\](c) d \\~\\~e\\~\\~");
});
