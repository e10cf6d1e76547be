import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { collected } from "../../test/support/cases.ts";
import { loadDataset } from "./load.ts";

const example = (name: string): string => fileURLToPath(new URL(`../../examples/datasets/${name}`, import.meta.url));

describe("the same test cases in every format", () => {
  it.each(["yaml", "jsonl", "jsonl.gz", "parquet"])("are read from .%s as from .json", async (extension) => {
    const inJson = await collected((await loadDataset(example("questions.json"))).cases());
    const dataset = await loadDataset(example(`questions.${extension}`));
    expect(dataset.name).toBe("questions");
    expect(await collected(dataset.cases())).toEqual(inJson);
  });

  it.each(["csv", "tsv"])("are read from .%s, where variables in columns of their own are text", async (extension) => {
    const inJson = await collected((await loadDataset(example("questions.json"))).cases());
    expect(await collected((await loadDataset(example(`questions.${extension}`))).cases())).toEqual(inJson);
  });
});
