import type { Dataset } from "../../core/dataset.ts";
import { loadDataset } from "../../datasets/load.ts";
import { builtInDatasets } from "../../datasets/locate-dataset.ts";
import { line, renderText, type Section } from "../../reports/view.ts";
import type { DatasetsFlags } from "./flags.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { sayOn } from "../say.ts";
import { styleFor } from "./style.ts";
import { jsonText } from "../json-text.ts";

/** One entry of the list. */
interface ListedDataset {
  readonly name: string;
  readonly version: string;
  readonly description: string | null;
  readonly cases: number;
  /** How many cases each category has. */
  readonly categories: Readonly<Record<string, number>>;
  readonly file: string;
}

/** Runs `datasets list` and returns its exit code. */
export async function listDatasets({ json }: DatasetsFlags, context: CliContext): Promise<number> {
  const builtIn = await builtInDatasets();
  // By path, since a file of the same name in the working directory would win over a name.
  const listed = await Promise.all(builtIn.map(async ({ path }) => listedDataset(await loadDataset(path), path)));
  if (json === true) {
    context.stdout.write(jsonText(listed));
    return EXIT.success;
  }
  context.stdout.write(renderText(listed.map(sectionOf), styleFor(context)));
  const first = listed[0]?.name ?? "NAME";
  sayOn(context, false)("hint", `llm-test-bench datasets show ${first} lists its cases`);
  return EXIT.success;
}

async function listedDataset(dataset: Dataset, file: string): Promise<ListedDataset> {
  const counts = new Map<string, number>();
  let cases = 0;
  for await (const { category } of dataset.cases()) {
    cases += 1;
    if (category !== undefined) counts.set(category, (counts.get(category) ?? 0) + 1);
  }
  const { name, version, description } = dataset;
  return { name, version, description, cases, categories: Object.fromEntries(counts), file };
}

function sectionOf({ name, description, cases, categories }: ListedDataset): Section {
  const counted = Object.entries(categories).map(([category, count]) => `${category} ${count}`);
  return {
    heading: `${name}, ${cases} cases`,
    blocks: [
      ...(description === null ? [] : [line(description)]),
      ...(counted.length === 0 ? [] : [line(counted.join(", "), "quiet")]),
    ],
  };
}
