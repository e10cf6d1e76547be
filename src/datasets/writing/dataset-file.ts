import type { DatasetFormat } from "../../core/dataset-format.ts";
import type { Dataset } from "../../core/dataset.ts";
import { datasetText } from "./dataset-text.ts";
import type { WritePlan } from "./losses.ts";

/** A dataset as a file of any format, piece by piece. */
export async function* datasetFile(
  dataset: Dataset,
  format: DatasetFormat,
  plan: Pick<WritePlan, "columns">,
): AsyncGenerator<string | Uint8Array, void, undefined> {
  if (format !== "parquet") {
    yield* datasetText(dataset, format, plan);
    return;
  }
  // Imported here for its cost: few datasets are written as Parquet.
  const { parquetBytes } = await import("./parquet-bytes.ts");
  yield* parquetBytes(dataset, plan.columns);
}
