import { expect, it } from "vitest";
import { MemoryInFlight, textSize } from "./memory-in-flight.ts";

it("memory in flight is taken while there is room, and given back", () => {
  const memory = new MemoryInFlight(10);
  expect([memory.take(6), memory.take(5), memory.take(4), memory.held]).toEqual([true, false, true, 10]);
  memory.add(3);
  memory.give(9);
  expect([memory.held, memory.take(7), memory.take(6)]).toEqual([4, false, true]);
});

it("the size of an answer is that of its texts, arguments of tool calls among them", () => {
  const known = { id: null, model: "m", finish_reason: null, usage: null, created_at: null };
  const call = { id: "c", function: { name: "f", arguments: { a: ["bcd"] } } };
  expect(textSize({ ...known, content: "abc", reasoning: "de", tool_calls: [call] })).toBe(10);
  expect(textSize({ ...known, content: null, reasoning: null, tool_calls: null })).toBe(0);
});
