import { expect, test } from "vitest";
import type { TestResult } from "../core/result.ts";
import type { Manifest } from "../core/run.ts";
import { validitySchema, type Validity } from "../core/summary.ts";
import {
  exampleFailure,
  exampleManifest,
  exampleResult,
  exampleSegment,
  exampleSkipped,
  exampleValidity,
} from "../../test/support/example-results.ts";
import { collected } from "./collector.ts";
import { summarize } from "./summarize.ts";
import { combineValidity } from "./validity.ts";

function validityOf(manifest: Manifest, results: readonly TestResult[] = [exampleResult()]): Validity {
  return combineValidity(
    manifest,
    collected(() => results, summarize(manifest)),
  );
}
const withSegments = (...segments: Manifest["segments"]): Manifest => exampleManifest(["sim:fast"], { segments });

test("one segment speaks for the run", () => {
  expect(validityOf(exampleManifest())).toEqual(exampleValidity());
});

test("of several segments the worst counts, and reasons say which they are from", () => {
  const bad = exampleValidity({
    verdict: "INVALID",
    reasons: ["too slow"],
    error_bar_ms: { ttft: 9, icl: null },
    delivered_rate: 3,
    little_residual: -0.4,
  });
  const combined = validityOf(withSegments(exampleSegment(), exampleSegment({ segment: 1, validity: bad })));
  expect(combined).toMatchObject({
    verdict: "INVALID",
    reasons: ["segment 1: too slow"],
    error_bar_ms: { ttft: 9, icl: 0.8 },
    delivered_rate: 3,
    little_residual: -0.4,
    requested_rate: null,
  });
});

test("a segment whose process died degrades the run, and so does one without a measurement", () => {
  const died = exampleSegment({ validity: null, ended_at: null });
  expect(validityOf(withSegments(died, exampleSegment({ segment: 1 })))).toMatchObject({
    verdict: "DEGRADED",
    reasons: ["segment 0: the process ended before it could measure itself"],
    error_bar_ms: { ttft: 1.2 },
  });
  const unmeasured = validityOf(withSegments(exampleSegment({ validity: null })));
  expect(unmeasured).toMatchObject({ verdict: "DEGRADED", reasons: ["this client was not measured"] });
});

test("a segment that measured nothing says nothing of the others", () => {
  const nothing = exampleValidity({
    verdict: null,
    reasons: ["no request succeeded, so no time was measured"],
    error_bar_ms: { ttft: null, icl: null },
  });
  expect(validityOf(withSegments(exampleSegment(), exampleSegment({ segment: 1, validity: nothing })))).toMatchObject({
    verdict: "VALID",
    reasons: [],
    error_bar_ms: { ttft: 1.2, icl: 0.8 },
  });
});

test.each<[string, Manifest, TestResult[], string]>([
  ["whose requests all failed", exampleManifest(), [exampleFailure()], "no request succeeded, so no time was measured"],
  [
    "whose cases were all skipped",
    exampleManifest(),
    [exampleSkipped()],
    "every case was skipped, so nothing was measured",
  ],
  ["that sent nothing", exampleManifest(), [], "nothing was sent, so nothing was measured"],
  ["without segments", withSegments(), [], "nothing was sent, so nothing was measured"],
  ["whose answers have no time", exampleManifest(), [exampleResult({ duration_ms: null })], "no answer has a time"],
  [
    "whose process was killed before an answer",
    withSegments(exampleSegment({ validity: null, ended_at: null })),
    [exampleFailure()],
    "no request succeeded, so no time was measured",
  ],
])("a run %s has no verdict, and says why", (_name, manifest, results, reason) => {
  const validity = validityOf(manifest, results);
  expect(validitySchema.parse(validity)).toMatchObject({
    verdict: null,
    reasons: [reason],
    error_bar_ms: { ttft: null, icl: null },
  });
});

test("one target that answered is enough for a verdict", () => {
  const manifest = exampleManifest(["sim:fast", "b"]);
  expect(validityOf(manifest, [exampleResult(), exampleFailure({ target: "b" })]).verdict).toBe("VALID");
});
