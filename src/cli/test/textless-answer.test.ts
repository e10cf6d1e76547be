import { expect, it } from "vitest";
import type { ModelResponse } from "../../core/response.ts";
import { textlessAnswer } from "./textless-answer.ts";

const EMPTY: ModelResponse = {
  id: null,
  model: null,
  content: null,
  reasoning: null,
  tool_calls: null,
  finish_reason: null,
  usage: null,
  created_at: null,
};
const call = (name: string, given: string) => ({
  id: "t",
  type: "function" as const,
  function: { name, arguments: given },
});

it.each<[string, Partial<ModelResponse>, string]>([
  ["nothing at all", {}, "the answer is empty"],
  ["a reason why", { finish_reason: "content_filter" }, "the answer is empty (finish reason: content_filter)"],
  [
    "reasoning only",
    { reasoning: "Hm", finish_reason: "length" },
    "the answer has no text, only reasoning (finish reason: length); allow it more with --max-tokens",
  ],
  [
    "tool calls",
    { tool_calls: [call("look", '{"q":1}'), call("stop", "{}")], finish_reason: "tool_calls" },
    'the answer is a call of look({"q":1}), stop({})',
  ],
  ["a long call", { tool_calls: [call("f", "x".repeat(300))] }, `the answer is a call of f(${"x".repeat(200)}…)`],
])("an answer with %s is told for what it is", (_of, response, message) => {
  expect(textlessAnswer({ ...EMPTY, ...response }, false)).toEqual([
    response.tool_calls === undefined ? "warning" : "note",
    message,
  ]);
});

it("an embedding has no text to miss", () => {
  expect(textlessAnswer(EMPTY, true)).toEqual(["note", "it answered with an embedding, which has no text to show"]);
});
