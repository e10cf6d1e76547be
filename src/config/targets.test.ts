import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BenchError } from "../core/errors.ts";
import { parseTarget, parseTargets } from "./targets.ts";

function codeOf(action: () => unknown): string {
  try {
    action();
    return "none";
  } catch (error) {
    return error instanceof BenchError ? error.code : String(error);
  }
}

describe("--providers", () => {
  it("names targets as provider or provider:model, with an alias where one is given", () => {
    expect(parseTargets("openai, local:meta/llama-3:8b ,fast=sim:fast")).toEqual([
      { alias: null, provider: "openai", model: null },
      { alias: null, provider: "local", model: "meta/llama-3:8b" },
      { alias: "fast", provider: "sim", model: "fast" },
    ]);
  });

  it("takes an = after the colon as the model's own", () => {
    expect(parseTargets("local:ft=x")).toEqual([{ alias: null, provider: "local", model: "ft=x" }]);
  });

  it("takes an escaped comma as one of the model or the command, also of several lists", () => {
    expect(parseTargets(["exec:cut -d\\, -f1,sim", "fast=sim:fast"])).toEqual([
      { alias: null, provider: "exec", model: "cut -d, -f1" },
      { alias: null, provider: "sim", model: null },
      { alias: "fast", provider: "sim", model: "fast" },
    ]);
    expect(() => parseTargets(["sim", "sim"])).toThrow("named twice");
  });

  it("says how a command's comma is written, where one was taken for another target", () => {
    expect(() => parseTargets("exec:tr a-z, A-Z,,")).toThrow(
      expect.objectContaining({ hint: expect.stringContaining("A comma of a command is written \\,") as string }),
    );
  });

  it("takes the same target twice under two aliases", () => {
    expect(parseTargets("a=openai:m,b=openai:m").map((spec) => spec.alias)).toEqual(["a", "b"]);
  });

  it.each([
    ["openai:m,openai:m", "the target openai:m is named twice"],
    ["a=openai,a=anthropic", "the target a is named twice"],
    ["", "--providers is empty"],
    ["openai,,sim", 'an entry is empty in --providers "openai,,sim"'],
    ["openai:", '"openai:" has a colon but no model in --providers "openai:"'],
    ["=openai", '"=openai" has an empty alias in --providers "=openai"'],
    ["a=:m", '"a=:m" names no provider in --providers "a=:m"'],
  ])("refuses %j", (text, message) => {
    expect(() => parseTargets(text)).toThrow(expect.objectContaining({ code: "usage", message }) as Error);
  });

  it("says how to name a target twice", () => {
    expect(() => parseTargets("sim,sim")).toThrow(
      expect.objectContaining({ hint: "Give each an alias of its own: --providers a=sim,b=sim" }) as Error,
    );
  });

  it("answers any text with targets or a usage error", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(codeOf(() => parseTargets(text))).toMatch(/^(none|usage)$/);
      }),
    );
  });
});

describe("the one target of a command", () => {
  it("is read like an entry of a list", () => {
    expect(parseTarget("openai:ft:gpt:x")).toEqual({ alias: null, provider: "openai", model: "ft:gpt:x" });
    expect(parseTarget(" fast = sim:fast ")).toEqual({ alias: "fast", provider: "sim", model: "fast" });
  });

  it("may be a command with commas, which separate nothing here", () => {
    expect(parseTarget("exec:cut -d, -f1").model).toBe("cut -d, -f1");
    expect(parseTarget("local:a\\,b").model).toBe("a,b");
  });

  it.each([
    ["a,b", "one target is wanted"],
    ["", "an entry is empty"],
    ["openai:", "has a colon but no model"],
  ])("refuses %j", (text, message) => {
    expect(() => parseTarget(text)).toThrow(message);
  });
});
