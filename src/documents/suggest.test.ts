import { describe, expect, it } from "vitest";
import { nearMiss } from "./suggest.ts";

describe("a near miss", () => {
  it.each([
    ["expceted", "expected"],
    ["maxTokens", "max_tokens"],
    ["Promt", "prompt"],
    ["ids", "id"],
  ])("of %s is %s", (name, meant) => {
    expect(nearMiss(name, ["id", "prompt", "expected", "max_tokens"])).toBe(meant);
  });

  it("is not made up where nothing is close", () => {
    expect(nearMiss("foo", ["id", "prompt", "expected"])).toBeNull();
  });
});
