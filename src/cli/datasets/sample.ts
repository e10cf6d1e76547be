import type { Dataset } from "../../core/dataset.ts";
import { BenchError } from "../../core/errors.ts";
import { datasetText } from "../../datasets/writing/dataset-text.ts";
import { planWriting } from "../../datasets/writing/losses.ts";
import { sampled, type Stratum } from "../../datasets/writing/sample.ts";
import { writableEncoding } from "../../datasets/writing/writable-format.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { sayOn } from "../say.ts";
import { withDataset, writeDataset, type ConvertFlags } from "./convert.ts";
import { requireFree } from "../write-file.ts";

/** The flags of `datasets sample`, as commander gives them. */
export interface SampleFlags extends ConvertFlags {
  readonly cases: number;
  readonly seed: number;
  readonly stratify?: string;
}

const SHOWN_STRATA = 12;

/** Runs `datasets sample` and returns its exit code; without a file to write to the sample goes to standard output. */
export async function sampleDataset(
  from: string,
  to: string | undefined,
  flags: SampleFlags,
  context: CliContext,
): Promise<number> {
  if (to !== undefined) {
    writableEncoding(to, flags.to);
    await requireFree(to, flags.force === true);
  }
  await withDataset(from, flags, context, async (whole) => {
    const { cases: size, seed, stratify } = flags;
    const { dataset, strata } = await sampled(whole, {
      size,
      seed,
      ...(stratify === undefined ? {} : { stratify }),
    });
    sayOn(context, false)("note", inWords(strata, size));
    if (to === undefined) await print(dataset, flags, context);
    else await writeDataset(dataset, to, flags, context);
  });
  return EXIT.success;
}

/** In the form the dataset has: a document, or lines. */
async function print(dataset: Dataset, flags: SampleFlags, { stdout }: CliContext): Promise<void> {
  const format = flags.to ?? (dataset.rows === undefined ? "json" : "jsonl");
  if (format === "parquet") {
    throw new BenchError("usage", "Parquet is no text to print", {
      hint: "Name a file to write it to: sample.parquet.",
    });
  }
  const plan = await planWriting(dataset, format, dataset.name);
  const lost = plan.losses.map(({ field }) => field);
  if (lost.length > 0 && flags.allowLoss !== true) {
    throw new BenchError("usage", `${format} cannot hold all of the sample: ${lost.join(", ")} would be lost`, {
      hint: "Say --to yaml or --to json, which hold everything, or leave this out with --allow-loss.",
    });
  }
  for await (const piece of datasetText(dataset, format, plan)) stdout.writeData(piece);
}

function inWords(strata: readonly Stratum[], size: number): string {
  const sum = (of: (stratum: Stratum) => number): number => strata.reduce((total, one) => total + of(one), 0);
  const [taken, all] = [sum((one) => one.taken), sum((one) => one.cases)];
  const few = size > all ? " (it has no more)" : "";
  const parts = strata.filter(({ value }) => value !== null || strata.length > 1);
  const shown = parts.slice(0, SHOWN_STRATA).map((one) => `${one.value ?? "none"} ${one.taken}/${one.cases}`);
  const more = parts.length > SHOWN_STRATA ? [`and ${parts.length - SHOWN_STRATA} more groups`] : [];
  const spread = shown.length === 0 ? "" : `: ${[...shown, ...more].join(", ")}`;
  return `took ${taken} of ${all} cases${few}${spread}`;
}
