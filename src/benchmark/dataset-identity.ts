import type { Dataset } from "../core/dataset.ts";
import { BenchError } from "../core/errors.ts";
import type { DatasetRecord, Manifest } from "../core/run.ts";
import { datasetDifference } from "../journal/plan-differences.ts";

/** What the manifest of a run that begins says of its dataset. */
export function datasetRecord(dataset: Dataset): DatasetRecord {
  const { name, version, sha256, source, rows } = dataset;
  const record = { name, version, sha256, source, ...(sha256 === null ? { file: rows?.file ?? null } : {}) };
  return withLeftOut(record, dataset);
}

/** What the manifest says of a dataset, with how many invalid records may be left out, and are until now. */
export function withLeftOut(record: DatasetRecord, { leftOut, rows }: Dataset): DatasetRecord {
  if (leftOut === null || leftOut === undefined) return record;
  // A resume reads from the beginning: until it is at the end, what was counted before may be more.
  const before = rows?.whole === false ? (record.invalid_records ?? 0) : 0;
  return { ...record, skip_invalid: leftOut.allowed, invalid_records: Math.max(before, leftOut.records) };
}

/**
 * In words how a dataset differs from that of a saved run whose hash or own hash was not known at its begin: by the
 * hash where it is known by now, else by the part that was found in order, else by size and time of change.
 */
export async function datasetDifferences(saved: DatasetRecord, dataset: Dataset): Promise<string[]> {
  const { rows } = dataset;
  if (saved.sha256 !== null) {
    return datasetDifference(saved.sha256, dataset.sha256 ?? (await rows?.hash()) ?? null);
  }
  const { good_part: part, file } = saved;
  if (part !== null && part !== undefined) {
    const same = (await rows?.hashOfFirst(part.bytes)) === part.sha256;
    return same ? [] : [`dataset: the first ${part.bytes} bytes changed, whose rows have been used already`];
  }
  const now = rows?.file ?? null;
  if (file === null || file === undefined || now === null) return [];
  if (file.bytes === now.bytes && file.modified_at === now.modified_at) return [];
  return [
    `dataset: the file changed (it had ${file.bytes} bytes of ${file.modified_at}, now ${now.bytes} of ${now.modified_at})`,
  ];
}

/** The manifest at the end of a run: now the dataset's hash can be told, and how much was planned. */
export async function withWholeDataset(
  manifest: Manifest,
  dataset: Dataset,
  planned: number | null,
): Promise<Manifest> {
  const { rows } = dataset;
  // Standard input may go on for ever; a file can be hashed without having been used to its end.
  const hash = rows?.file !== null || rows?.whole ? ((await rows?.hash()) ?? null) : null;
  const sha256 = dataset.sha256 ?? hash;
  const version = sha256 === null || manifest.dataset.version !== "0" ? manifest.dataset.version : sha256.slice(0, 12);
  return {
    ...manifest,
    dataset: { ...manifest.dataset, version, sha256, good_part: null },
    plan: { ...manifest.plan, dataset_sha256: sha256 },
    planned_per_target: planned,
  };
}

/** The manifest after a row that is not valid: a resume needs the same rows before it, while it may be corrected. */
export async function withGoodPart(manifest: Manifest, { rows }: Dataset): Promise<Manifest> {
  const bytes = rows?.goodBytes ?? null;
  const sha256 = bytes === null ? null : await rows?.hashOfFirst(bytes);
  if (bytes === null || sha256 === null || sha256 === undefined) return manifest;
  return { ...manifest, dataset: { ...manifest.dataset, good_part: { bytes, sha256 } } };
}

/** What is wrong with a dataset, with what to do once it is corrected. */
export function resumable(
  error: unknown,
  { source, rows }: Dataset,
  { directory, keptWhole }: { readonly directory: string; readonly keptWhole: boolean },
): unknown {
  // A dataset that is in order to its end has nothing to correct: it was asked for what it does not have.
  if (!(error instanceof BenchError) || rows?.whole === true) return error;
  const where = source === "-" ? ` (standard input is kept in ${directory})` : "";
  const { code, message, hint = "", cause } = error;
  const next = keptWhole
    ? `Then${where} go on with the same command and --resume --output ${directory}.`
    : "Then begin again: standard input was not kept to its end.";
  return new BenchError(code, message, { hint: `${hint} ${next}`.trim(), cause });
}
