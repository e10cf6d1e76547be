import { describe, expect, it } from "vitest";
import { renderCase } from "./render.ts";

describe("a rendered case", () => {
  it("has its variables in the prompt and in its system text, its own before the defaults'", () => {
    const testCase = { id: "a", prompt: "In {{language}}", variables: { language: "Go" } };
    expect(renderCase(testCase)).toEqual({ prompt: "In Go" });
    expect(renderCase(testCase, { system: "Use {{language}}" })).toEqual({ prompt: "In Go", system: "Use Go" });
    expect(renderCase({ ...testCase, config: { system: "Be terse" } }, { system: "Use {{language}}" })).toEqual({
      prompt: "In Go",
      system: "Be terse",
    });
  });

  it("cannot be made with a variable missing", () => {
    expect(() => renderCase({ id: "a", prompt: "In {{language}}" })).toThrow(
      'test case "a": the variable "language" has no value',
    );
    expect(() => renderCase({ id: "a", prompt: "In {{l}}", variables: { l: {} } })).toThrow(
      "is an object where text is needed",
    );
  });
});
