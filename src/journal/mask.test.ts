import { expect, it } from "vitest";
import { sampleManifest, samplePlan, sampleResult } from "../../test/support/journal-records.ts";
import { maskFor } from "../core/secrets.ts";
import { maskManifest, maskPlan, maskResult, maskTexts } from "./mask.ts";

const mask = maskFor(["sk-secret"]);

it("texts are masked at every depth, in keys too", () => {
  expect(maskTexts([{ "a sk-secret": ["sk-secret", 1, null, true] }], mask)).toEqual([
    { "a [secret]": ["[secret]", 1, null, true] },
  ]);
});

it("a key __proto__ stays a plain key", () => {
  const masked = maskTexts(JSON.parse('{"__proto__":{"polluted":true}}') as object, mask);
  expect(Object.keys(masked)).toEqual(["__proto__"]);
  expect(Reflect.get(masked, "polluted")).toBeUndefined();
});

it("a result keeps its identity and its status even when a secret looks like them", () => {
  const result = sampleResult({
    target: "ollama:m",
    error: { code: "refused", message: "refused by ollama:m", http_status: null },
  });
  const masked = maskResult(result, maskFor(["ollama:m", "success", "refused"]));
  expect(masked).toMatchObject({ target: "ollama:m", status: "success" });
  expect(masked.error).toEqual({ code: "refused", message: "[secret] by [secret]", http_status: null });
});

it("addresses and parameters of a plan are masked, in a manifest too", () => {
  const [target] = samplePlan().targets;
  const plan = samplePlan({
    targets: target === undefined ? [] : [{ ...target, base_url: "http://h/?key=sk-secret" }],
    parameters: { system: "say sk-secret" },
  });
  expect(maskPlan(plan, mask)).toMatchObject({
    targets: [{ target: "openai:m", base_url: "http://h/?key=[secret]" }],
    parameters: { system: "say [secret]" },
  });
  const dataset = { ...sampleManifest().dataset, source: "/home/sk-secret/d.json" };
  expect(JSON.stringify(maskManifest(sampleManifest({ plan, dataset }), mask))).not.toContain("sk-secret");
});
