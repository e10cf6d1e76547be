import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { TestResult } from "../core/result.ts";
import { CSV_FIELDS, type CsvOptions, resultsCsv } from "./csv.ts";
import { exampleFailure, exampleResponse, exampleResult } from "../../test/support/example-results.ts";

const csvOf = (results: TestResult[], options?: CsvOptions): string => [...resultsCsv(() => results, options)].join("");

const rowsOf = (text: string): Record<string, string>[] =>
  parse(text, { columns: true, record_delimiter: "\r\n", relax_column_count: false, relax_quotes: false });

const answering = (content: string): TestResult => exampleResult({ response: exampleResponse({ content }) });

test("the columns are those of the format, in its order, then one a score", () => {
  const results = [exampleResult({ scores: { exact: 1 } }), exampleResult({ scores: { bleu: 0.25 } })];
  const header =
    "target,provider,model,test_id,sample,category,status,error_code,error_message,prompt_tokens,completion_tokens," +
    "total_tokens,reasoning_tokens,cached_tokens,cost_usd,duration_ms,ttft_ms,tpot_ms,ttfb_ms,latency_from_intended_ms," +
    "connect_ms,backoff_ms,attempts,finish_reason,request_id,timestamp,response,cost_source,level";
  expect(csvOf(results).split("\r\n")[0]).toBe(`${header},bleu,exact`);
  expect(rowsOf(csvOf(results))).toMatchObject([
    { target: "sim:fast", duration_ms: "100", cost_usd: "0.001", exact: "1", bleu: "" },
    { exact: "", bleu: "0.25" },
  ]);
});

test("null is an empty cell, and the header is there without results", () => {
  expect(rowsOf(csvOf([exampleFailure()]))[0]).toMatchObject({ response: "", ttft_ms: "", error_code: "server_error" });
  expect(csvOf([]).trimEnd()).toBe(CSV_FIELDS.join(","));
});

const awkward = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      ",",
      '"',
      "\n",
      "\r",
      "\r\n",
      "=",
      "+",
      "-",
      "@",
      "＝",
      "＋",
      "－",
      "＠",
      "\t",
      "'",
      " ",
      "🎉",
      "é",
    ),
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 3 }),
  ),
});

test("any text comes back from a strict parser", () => {
  fc.assert(
    fc.property(fc.array(awkward, { minLength: 1, maxLength: 5 }), (texts) => {
      const rows = rowsOf(csvOf(texts.map(answering), { rawCsv: true }));
      expect(rows.map((row) => row["response"])).toEqual(texts);
    }),
  );
});

test.each([
  ["a line feed", "a\nb"],
  ["a line feed at the end", "a\n"],
  ["a carriage return", "a\rb"],
  ["both", "a\r\nb"],
  ["a comma", "a,b"],
])("text with %s stands in quotes, so that every reader takes it for one cell", (_name, text) => {
  expect(csvOf([answering(text)], { fields: ["response", "test_id"] })).toBe(`response,test_id\r\n"${text}",t1\r\n`);
  // A reader that ends rows at whichever line end it finds.
  const rows: string[][] = parse(csvOf([answering(text)], { fields: ["response", "test_id"] }), {
    record_delimiter: ["\n", "\r\n", "\r"],
  });
  expect(rows).toEqual([
    ["response", "test_id"],
    [text, "t1"],
  ]);
});

test("a thousand results are a thousand rows, whatever line ends they hold", () => {
  const texts = Array.from(
    { length: 1000 },
    (_, i) => ["plain", "two\nlines", 'a "word"', "x,\r\ny"][i % 4] + String(i),
  );
  const rows: Record<string, string>[] = parse(csvOf(texts.map(answering)), {
    columns: true,
    record_delimiter: ["\n", "\r\n"],
  });
  expect(rows.map((row) => row["response"])).toEqual(texts);
});

test("text that a spreadsheet would run gets a quote in front, and nothing else does", () => {
  fc.assert(
    fc.property(awkward, (text) => {
      const [row] = rowsOf(csvOf([answering(text)]));
      const [first = " "] = Array.from(text);
      const shown = Array.from(text).find((character) => !/[\s\p{Cc}\p{Cf}]/u.test(character)) ?? " ";
      const isFormula = "=+-@＝＋－＠﹦﹢﹣﹫\t\r\n".includes(first) || "=＝﹦+＋﹢@＠﹫".includes(shown);
      expect(row?.["response"]).toBe(isFormula ? `'${text}` : text);
    }),
  );
});

test.each([
  "=1",
  "＝1",
  "＋1",
  "－1",
  "＠a",
  "﹦1",
  "﹢1",
  "﹣1",
  "﹫a",
  " ﹦1",
  "\n=1",
  "\r\n=1",
  "\t=1",
  " \n =1",
  " =1",
  "\ufeff=1",
  "\u200b＝1",
])("%j gets a quote, unless it is to stay as it is", (text) => {
  expect(rowsOf(csvOf([answering(text)]))[0]?.["response"]).toBe(`'${text}`);
  expect(rowsOf(csvOf([answering(text)], { rawCsv: true }))[0]?.["response"]).toBe(text);
});

test.each(["a=1", "a\n=1", " - an item", "\u200bword", "'=1", ""])("%j stays as it is", (text) => {
  expect(rowsOf(csvOf([answering(text)]))[0]?.["response"]).toBe(text);
});

test("numbers are never guarded", () => {
  const [row] = rowsOf(csvOf([exampleResult({ scores: { delta: -0.5 } })]));
  expect(row?.["delta"]).toBe("-0.5");
});

test("fields select columns and their order, scores among them", () => {
  const results = [exampleResult({ scores: { exact: 1 } })];
  expect(csvOf(results, { fields: ["exact", "test_id"] })).toBe("exact,test_id\r\n1,t1\r\n");
});

test.each([
  ["duration", { fields: ["duration"] }, /The fields are: target, provider/],
  ["duraton_ms", { fields: ["test_id", "duraton_ms"] }, /Did you mean "duration_ms"\?/],
  ["constructor", { fields: ["constructor"] }, /The fields are/],
])("the unknown field %s is a usage error with a hint", (name, options, hint) => {
  expect(() => csvOf([exampleResult()], options)).toThrow(
    expect.objectContaining({
      code: "usage",
      message: `unknown CSV field "${name}"`,
      hint: expect.stringMatching(hint),
    }),
  );
});

test("a score that only some results have, named like a member of every object, stays empty elsewhere", () => {
  const rows = rowsOf(
    csvOf([exampleResult({ scores: { toString: 1 } as unknown as TestResult["scores"] }), exampleResult()]),
  );
  expect(rows.map((row) => row["toString"])).toEqual(["1", ""]);
});
