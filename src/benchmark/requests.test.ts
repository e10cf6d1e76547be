import { describe, expect, it } from "vitest";
import { NO_PART_LIMITS } from "../core/part-limits.ts";
import { providers } from "../library/providers.ts";
import { modelFor, requestFor, timeoutsFor, type RequestSources } from "./requests.ts";

const target = providers.custom("p", async () => ({ content: "" }), {
  model: "m",
  parameters: { temperature: 0.2, top_p: 0.2, max_tokens: 2 },
  timeoutMs: 2000,
});
const plain = { ...target, parameters: {}, timeoutMs: null };
const sources: RequestSources = {
  parameters: { temperature: 0.4 },
  stream: true,
  defaults: { temperature: 0.1, top_p: 0.1, max_tokens: 1, stop: ["x"] },
  caseModels: true,
  synthetic: false,
};

describe("a request's parameters", () => {
  it("come from flags over the case, over the target, over the dataset", () => {
    const config = { temperature: 0.3, top_p: 0.3 };
    expect(requestFor({ id: "a", prompt: "Hi", config }, target, sources)).toEqual({
      model: "m",
      prompt: "Hi",
      stream: true,
      temperature: 0.4,
      top_p: 0.3,
      max_tokens: 2,
      stop: ["x"],
    });
  });

  it("are none that nobody asked for", () => {
    const asked = requestFor({ id: "a", prompt: "Hi" }, plain, { ...sources, parameters: {}, defaults: {} });
    expect(asked).toEqual({ model: "m", prompt: "Hi", stream: true });
  });

  it("have the system text of the nearest source, with the case's variables filled in", () => {
    const testCase = { id: "a", prompt: "{{x}}", variables: { x: "1" } };
    const withDefault = { ...sources, defaults: { system: "default {{x}}" } };
    const ofTarget = { ...target, parameters: { system: "target {{x}}" } };
    expect(requestFor(testCase, target, withDefault).system).toBe("default 1");
    expect(requestFor(testCase, ofTarget, withDefault).system).toBe("target 1");
    expect(requestFor({ ...testCase, config: { system: "case {{x}}" } }, ofTarget, withDefault).system).toBe("case 1");
  });

  it("take the model of a case only when the run has one target", () => {
    const testCase = { id: "a", prompt: "Hi", config: { model: "own" } };
    expect(modelFor(testCase, target, true)).toBe("own");
    expect(requestFor(testCase, target, { ...sources, caseModels: false }).model).toBe("m");
  });
});

describe("time limits", () => {
  const limits = (more: object = {}): Parameters<typeof timeoutsFor>[2] => ({
    timeoutMs: null,
    partLimits: { ...NO_PART_LIMITS, ...more },
  });
  const testCase = { id: "a", prompt: "Hi", config: { timeout: "30s" } };
  const other = { id: "a", prompt: "Hi" };

  it("come from the flag over the case, over the target, over 60 s; connecting gets 10 s of them", () => {
    const flag = { ...limits(), timeoutMs: 5000 };
    expect(timeoutsFor(testCase, target, flag)).toMatchObject({ connectMs: 5000, totalMs: 5000 });
    expect(timeoutsFor(testCase, target, limits())).toMatchObject({ connectMs: 10_000, totalMs: 30_000 });
    expect(timeoutsFor(other, target, limits()).totalMs).toBe(2000);
    expect(timeoutsFor(other, plain, limits())).toEqual({
      connectMs: 10_000,
      firstTokenMs: null,
      idleMs: null,
      totalMs: 60_000,
    });
  });

  it("of the parts come from the flag over the target", () => {
    const ofTarget = { ...plain, partLimits: { connectMs: 1, firstTokenMs: 2, idleMs: null } };
    expect(timeoutsFor(other, ofTarget, limits())).toMatchObject({ connectMs: 1, firstTokenMs: 2, idleMs: null });
    expect(timeoutsFor(other, ofTarget, limits({ firstTokenMs: 7, idleMs: 8 }))).toMatchObject({
      connectMs: 1,
      firstTokenMs: 7,
      idleMs: 8,
    });
  });
});
