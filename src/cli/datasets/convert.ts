import type { DatasetFormat } from "../../core/dataset-format.ts";
import type { Dataset } from "../../core/dataset.ts";
import { BenchError } from "../../core/errors.ts";
import { stemOf } from "../../datasets/formats/format.ts";
import { loadDataset } from "../../datasets/load.ts";
import { datasetFile } from "../../datasets/writing/dataset-file.ts";
import { planWriting, type Loss } from "../../datasets/writing/losses.ts";
import { writableEncoding } from "../../datasets/writing/writable-format.ts";
import { quoted } from "../../documents/words.ts";
import type { CliContext } from "../context.ts";
import { datasetAccess } from "../dataset-access.ts";
import { EXIT } from "../exit-codes.ts";
import { readingFor, type ReadingFlags } from "../foreign.ts";
import { sayOn } from "../say.ts";
import { shellWord } from "../shell-word.ts";
import { jsonLine } from "../json-text.ts";
import { requireFree, writeFileWhole } from "../write-file.ts";

/** The flags of writing a dataset. */
export interface WriteFlags {
  readonly to?: DatasetFormat;
  readonly force?: true;
  readonly allowLoss?: true;
}

/** The flags of `datasets convert`, as commander gives them. */
export interface ConvertFlags extends WriteFlags, ReadingFlags {
  readonly format?: DatasetFormat;
}

/** Runs `datasets convert` and returns its exit code. Throws `BenchError`: `usage` when something would be lost. */
export async function convertDataset(
  from: string,
  to: string,
  flags: ConvertFlags,
  context: CliContext,
): Promise<number> {
  writableEncoding(to, flags.to);
  await requireFree(to, flags.force === true);
  await withDataset(from, flags, context, (dataset) => writeDataset(dataset, to, flags, context));
  return EXIT.success;
}

/** Loads a dataset, says how it was read, and lets go of it afterwards. */
export async function withDataset<T>(
  from: string,
  flags: ConvertFlags,
  context: CliContext,
  use: (dataset: Dataset) => Promise<T>,
): Promise<T> {
  const { format } = flags;
  const dataset = await loadDataset(from, {
    ...(await readingFor(flags, from, context)),
    ...datasetAccess(context),
    ...(format === undefined ? {} : { format }),
  });
  try {
    const say = sayOn(context, false);
    for (const { kind, text } of dataset.notes ?? []) say(kind, text);
    return await use(dataset);
  } finally {
    await dataset.close?.();
  }
}

/** Writes a dataset whole or not at all; says what is lost, and throws `BenchError("usage")` where that is not allowed. */
export async function writeDataset(
  dataset: Dataset,
  to: string,
  flags: WriteFlags,
  context: CliContext,
): Promise<void> {
  const { format, gzip } = writableEncoding(to, flags.to);
  await requireFree(to, flags.force === true);
  const plan = await planWriting(dataset, format, stemOf(to));
  const say = sayOn(context, false);
  const losses = plan.losses.map((loss) => lossInWords(loss, dataset, format));
  if (losses.length > 0 && flags.allowLoss !== true) {
    throw new BenchError("usage", `${to} was not written: ${format} cannot hold all of it\n  ${losses.join("\n  ")}`, {
      hint: "Convert to .yaml or .json, which hold everything, or leave this out with --allow-loss.",
    });
  }
  for (const loss of losses) say("warning", `left out: ${loss}`);
  await writeFileWhole(to, datasetFile(await versioned(dataset), format, plan), gzip);
  say("note", `wrote ${to}: ${plan.cases} ${plan.cases === 1 ? "case" : "cases"}`);
  const flag = flags.to === undefined ? "" : ` --format ${flags.to}`;
  say("hint", `llm-test-bench datasets validate ${shellWord(to, "FILE")}${flag}`);
}

/** A dataset that is read while it is used has its version only after its end. */
async function versioned(dataset: Dataset): Promise<Dataset> {
  if (dataset.sha256 !== null || dataset.rows === undefined) return dataset;
  const hash = await dataset.rows.hash();
  return { ...dataset, version: dataset.version.replace(/^0(?=$|\+)/, hash.slice(0, 12)) };
}

function lossInWords({ field, cases, firstId }: Loss, dataset: Dataset, format: DatasetFormat): string {
  if (cases === null) {
    const value = { name: dataset.name, version: dataset.version, description: dataset.description }[field];
    return `the dataset's ${field} (${value ?? jsonLine(dataset.defaults)}): a ${format} file has test cases only`;
  }
  const count = cases === 1 ? "1 case" : `${cases} cases`;
  return `${field} of ${count}, first ${quoted(firstId ?? "")}: it would be read back as something else`;
}
