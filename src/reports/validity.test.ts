import { expect, test } from "vitest";
import { validitySchema } from "../core/summary.ts";
import { exampleManifest, exampleSegment, exampleValidity } from "../../test/support/example-results.ts";
import { combineValidity } from "./validity.ts";

test("one segment speaks for the run", () => {
  expect(combineValidity(exampleManifest())).toEqual(exampleValidity());
});

test("of several segments the worst counts, and reasons say which they are from", () => {
  const bad = exampleValidity({
    verdict: "INVALID",
    reasons: ["too slow"],
    error_bar_ms: { ttft: 9, icl: null },
    delivered_rate: 3,
    little_residual: -0.4,
  });
  const segments = [exampleSegment(), exampleSegment({ segment: 1, validity: bad })];
  const combined = combineValidity(exampleManifest(["a:1"], { segments }));
  expect(combined).toMatchObject({
    verdict: "INVALID",
    reasons: ["segment 1: too slow"],
    error_bar_ms: { ttft: 9, icl: 0.8 },
    delivered_rate: 3,
    little_residual: -0.4,
    requested_rate: null,
  });
});

test("a segment whose process died degrades the run", () => {
  const segments = [exampleSegment({ validity: null, ended_at: null }), exampleSegment({ segment: 1 })];
  expect(combineValidity(exampleManifest(["a:1"], { segments }))).toMatchObject({
    verdict: "DEGRADED",
    reasons: ["segment 0: the process ended before it could measure itself"],
    error_bar_ms: { ttft: 1.2 },
  });
});

test("a run without segments, or without a measurement, is degraded", () => {
  const none = combineValidity(exampleManifest(["a:1"], { segments: [] }));
  expect(validitySchema.parse(none)).toMatchObject({ verdict: "DEGRADED", error_bar_ms: { ttft: null, icl: null } });
  const unmeasured = combineValidity(exampleManifest(["a:1"], { segments: [exampleSegment({ validity: null })] }));
  expect(unmeasured.reasons).toEqual(["this client was not measured"]);
});
