import { describe, expect, it } from "vitest";
import { streamed } from "../../test/support/cases.ts";
import type { Dataset } from "../core/dataset.ts";
import type { DatasetRecord } from "../core/run.ts";
import { datasetDifferences, datasetRecord, withGoodPart } from "./dataset-identity.ts";
import { WatchedWork } from "./watched-work.ts";

const file = { bytes: 10, modified_at: "2026-01-01T00:00:00.000Z" };

function streamedDataset(changed: Partial<NonNullable<Dataset["rows"]>> = {}): Dataset {
  return {
    name: "d",
    version: "0",
    description: null,
    defaults: {},
    sha256: null,
    source: "d.jsonl",
    rows: {
      file,
      whole: true,
      goodBytes: 5,
      hash: () => Promise.resolve("aa"),
      hashOfFirst: (bytes) => Promise.resolve(bytes === 5 ? "bb" : null),
      ...changed,
    },
    cases: () => streamed([]),
  };
}

const saved: DatasetRecord = { ...datasetRecord(streamedDataset()) };

describe("the dataset of a saved run", () => {
  it("is the same by its hash, where that is known", async () => {
    expect(await datasetDifferences({ ...saved, sha256: "aa" }, streamedDataset())).toEqual([]);
    expect(await datasetDifferences({ ...saved, sha256: "xx" }, streamedDataset())).toEqual([
      "dataset: content changed (sha256 was xx, is now aa)",
    ]);
  });

  it("is the same by the rows before the bad one, where one stopped the run", async () => {
    const part = (sha256: string): DatasetRecord => ({ ...saved, good_part: { bytes: 5, sha256 } });
    const corrected = streamedDataset({ file: { ...file, bytes: 12 } });
    expect(await datasetDifferences(part("bb"), corrected)).toEqual([]);
    expect(await datasetDifferences(part("cc"), corrected)).toEqual([
      "dataset: the first 5 bytes changed, whose rows have been used already",
    ]);
  });

  it("is the same by size and time of change, where nothing else is known", async () => {
    expect(saved.file).toEqual(file);
    expect(await datasetDifferences(saved, streamedDataset())).toEqual([]);
    const [difference] = await datasetDifferences(saved, streamedDataset({ file: { ...file, bytes: 11 } }));
    expect(difference).toContain("it had 10 bytes of 2026-01-01T00:00:00.000Z, now 11");
    expect(await datasetDifferences(saved, streamedDataset({ file: null }))).toEqual([]);
  });

  it("keeps no part where the format has none", async () => {
    const manifest = { dataset: saved } as Parameters<typeof withGoodPart>[0];
    expect((await withGoodPart(manifest, streamedDataset())).dataset.good_part).toEqual({ bytes: 5, sha256: "bb" });
    expect(await withGoodPart(manifest, streamedDataset({ goodBytes: null }))).toBe(manifest);
  });
});

describe("watched work", () => {
  const item = { testCase: { id: "a", prompt: "p" }, sample: 0 };

  it("knows how much there is once a target has come to its end", async () => {
    const watched = new WatchedWork(() => {});
    expect(watched.perWork).toBeNull();
    for await (const _ of watched.watch(streamed([item, item])));
    expect([watched.perWork, watched.failure, watched.stop.aborted]).toEqual([2, null, false]);
  });

  it("ends at the first case that cannot be sent, and stops the others", async () => {
    const error = new Error("bad row");
    const watched = new WatchedWork(() => {
      throw error;
    });
    for await (const _ of watched.watch(streamed([item])));
    expect([watched.perWork, watched.failure, watched.stop.aborted]).toEqual([null, { error }, true]);
  });
});
