import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fakeClock } from "../../test/support/fake-clock.ts";
import { sampleManifest, sampleResult, temporaryDirectory } from "../../test/support/journal-records.ts";
import type { Manifest } from "../core/run.ts";
import { maskFor } from "../core/secrets.ts";
import { checkRun, isClean } from "./check.ts";
import { createRun, openRun } from "./directory.ts";
import { manifestText, readManifest, writeManifest } from "./manifest.ts";
import { repairRun } from "./repair.ts";

const asItIs = (text: string): string => text;
const textOf = (changes: Partial<Manifest> = {}): string => manifestText(sampleManifest(changes), asItIs);

function written(...versions: string[]): string {
  const directory = temporaryDirectory();
  for (const text of versions) writeManifest(directory, text);
  return directory;
}

describe("run.json", () => {
  it("is refused after the change of any character, unless that is white space", () => {
    const text = textOf();
    const directory = written(text);
    const path = join(directory, "run.json");
    let refused = 0;
    for (let at = 0; at < text.length; at += 1) {
      const other = text[at] === "1" ? "2" : "1";
      writeFileSync(path, text.slice(0, at) + other + text.slice(at + 1));
      // The name of the checksum itself: without it the file is as one of a version that wrote none.
      if (text.slice(at - 3, at + 4).includes("crc")) continue;
      expect(() => readManifest(directory)).toThrow(/run\.json is damaged/);
      refused += 1;
    }
    expect(refused).toBeGreaterThan(500);
    for (let cut = 0; cut < text.length - 2; cut += 7) {
      writeFileSync(path, text.slice(0, cut));
      expect(() => readManifest(directory)).toThrow(/run\.json is damaged/);
    }
    writeFileSync(path, JSON.stringify(JSON.parse(text)));
    expect(readManifest(directory)).toEqual(sampleManifest());
  });

  it("without a checksum, as versions up to 0.1.0 wrote it, stays readable", () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, "run.json"), JSON.stringify(sampleManifest()));
    expect(readManifest(directory)).toEqual(sampleManifest());
  });

  it("of a later version is not replaced by the version before, which a repair would put in its place", () => {
    const directory = written(textOf(), textOf({ status: "finished" }));
    const later = JSON.stringify({ ...sampleManifest(), format_version: 9 });
    writeFileSync(join(directory, "run.json"), later);
    expect(() => readManifest(directory)).toThrow(
      expect.objectContaining({ hint: "Use the version of llm-test-bench that wrote it, or a newer one." }),
    );
    expect(repairRun(directory, fakeClock()).repaired).toEqual([]);
    expect(readFileSync(join(directory, "run.json"), "utf8")).toBe(later);
  });

  it("is kept as run.json.prev when the next version is written, if it is good", () => {
    const [first, second, third] = [textOf(), textOf({ status: "interrupted" }), textOf({ status: "finished" })];
    const directory = written(first, second);
    expect(readFileSync(join(directory, "run.json"), "utf8")).toBe(second);
    expect(readFileSync(join(directory, "run.json.prev"), "utf8")).toBe(first);
    writeFileSync(join(directory, "run.json"), second.slice(0, 100));
    writeManifest(directory, third);
    expect(readFileSync(join(directory, "run.json"), "utf8")).toBe(third);
    expect(readFileSync(join(directory, "run.json.prev"), "utf8")).toBe(first);
  });

  it.each<[string, object]>([
    [
      "a number that JSON cannot hold",
      {
        planned_per_target: Infinity,
        dataset: { ...sampleManifest().dataset, file: { bytes: Number.NaN, modified_at: "x" } },
      },
    ],
    ["a status that there is none of", { status: "together" }],
  ])("with %s is never written", (_, changes) => {
    expect(() => manifestText({ ...sampleManifest(), ...changes }, asItIs)).toThrow(
      expect.objectContaining({
        code: "output",
        message: expect.stringMatching(/^run\.json would be invalid \(/) as unknown,
      }),
    );
  });
});

describe("a run whose run.json is damaged or gone", () => {
  /** A run of two segments whose last version of run.json knows both, and the one before only the first. */
  async function run(): Promise<string> {
    const directory = join(temporaryDirectory(), "run");
    const options = { clock: fakeClock(), mask: maskFor([]), saveResponses: true };
    const { segments, ...manifest } = sampleManifest();
    const [segment] =
      segments.length > 0
        ? segments
        : [{ segment: 0, started_at: "2026-01-01T00:00:00.000Z", ended_at: null, load: LOAD, validity: null }];
    if (segment === undefined) throw new Error("no segment");
    const created = createRun(directory, { ...manifest, segments: [segment] }, options);
    await created.journal.record(sampleResult({ test_id: "a" }), "raw");
    await created.close();
    const resumed = openRun(directory, options);
    resumed.saveManifest({ ...resumed.manifest, segments: [segment, { ...segment, segment: 1 }] });
    await resumed.journal.record(
      sampleResult({ test_id: "b", segment: 1, timestamp: "2026-01-01T00:01:00.000Z" }),
      "raw",
    );
    await resumed.close();
    return directory;
  }

  const LOAD = { concurrency: 1, timeout_ms: null, retries: null, delay_ms: 0, fail_fast: false, save_responses: true };

  it.each<[string, (path: string) => void]>([
    ["torn", (path) => writeFileSync(path, readFileSync(path, "utf8").slice(0, 50))],
    ["empty", (path) => writeFileSync(path, "")],
    ["gone", (path) => rmSync(path)],
  ])("%s gets the version before from a repair, with the segments that the journal has", async (_, damage) => {
    const directory = await run();
    damage(join(directory, "run.json"));
    const options = { clock: fakeClock(), mask: maskFor([]), saveResponses: true };
    expect(() => openRun(directory, options)).toThrow(
      expect.objectContaining({ hint: expect.stringContaining("journal check") as unknown }),
    );
    expect(isClean(checkRun(directory))).toBe(false);
    const { repaired } = repairRun(directory, fakeClock());
    expect(repaired.map(({ file }) => file)).toEqual(["run.json"]);
    expect(isClean(checkRun(directory))).toBe(true);
    const { segments } = readManifest(directory);
    expect(segments.map(({ segment, started_at }) => [segment, started_at])).toEqual([
      [0, expect.any(String)],
      // The time of its first result less what that had taken since the segment began.
      [1, "2026-01-01T00:00:59.988Z"],
    ]);
    await openRun(directory, options).close();
  });

  it("of which only run.json.prev is damaged loses that one in a repair", async () => {
    const directory = await run();
    writeFileSync(join(directory, "run.json.prev"), "{");
    expect(checkRun(directory)).toMatchObject({ previous_good: false, previous_problem: /damaged/ });
    expect(isClean(checkRun(directory))).toBe(false);
    expect(repairRun(directory, fakeClock()).repaired.map(({ file }) => file)).toEqual(["run.json.prev"]);
    expect(isClean(checkRun(directory))).toBe(true);
  });

  it("with both damaged says so and changes nothing", async () => {
    const directory = await run();
    for (const name of ["run.json", "run.json.prev"]) writeFileSync(join(directory, name), "{");
    const { check } = repairRun(directory, fakeClock());
    expect(check.manifest).toBeNull();
    expect(readFileSync(join(directory, "run.json"), "utf8")).toBe("{");
  });
});
