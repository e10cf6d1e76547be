import { expect, it } from "vitest";
import { exampleResponse } from "../../test/support/example-results.ts";
import { carriedNothing } from "./unread-answers.ts";

const blank = { content: null, reasoning: null, tool_calls: null };
const carries = (more: Parameters<typeof exampleResponse>[0]): boolean =>
  !carriedNothing(exampleResponse({ ...blank, ...more }));

it("is an answer without text, reasoning or tool call, however it ended in order", () => {
  for (const finish_reason of ["stop", "STOP", "end_turn", "COMPLETE", "completed", "tool_calls", "length", null]) {
    expect(carries({ finish_reason })).toBe(false);
    expect(carries({ finish_reason, content: "", reasoning: "", tool_calls: [] })).toBe(false);
    expect(carries({ finish_reason, reasoning: "Hm" })).toBe(true);
    expect(carries({ finish_reason, content: " " })).toBe(true);
  }
});

it("is none where something explains that it is empty", () => {
  for (const finish_reason of ["content_filter", "SAFETY", "refusal", "MALFORMED_FUNCTION_CALL", "OTHER"]) {
    expect(carries({ finish_reason })).toBe(true);
  }
  const usage = { prompt_tokens: 10, completion_tokens: 8, total_tokens: 18, cached_tokens: null };
  const hidden = { ...usage, reasoning_tokens: 8, cache_write_tokens: null };
  expect(carries({ finish_reason: "length", usage: hidden })).toBe(true);
  const embedding = { ...hidden, reasoning_tokens: null, completion_tokens: null, total_tokens: 10 };
  expect(carries({ finish_reason: null, usage: embedding })).toBe(true);
});
