import { DATASET_FORMATS, type DatasetFormat } from "../../core/dataset-format.ts";
import { BenchError } from "../../core/errors.ts";
import { encodingOf, type Encoding } from "../formats/format.ts";

/** How a file of this name is to be written; throws `BenchError("usage")` where its name says nothing that can be. */
export function writableEncoding(path: string, format?: DatasetFormat): Encoding {
  if (format !== undefined) return { format, gzip: path.toLowerCase().endsWith(".gz") };
  const byName = encodingOf(path);
  if (byName !== null) return byName;
  throw new BenchError("usage", `${path} cannot be written: the name does not say a format`, {
    hint: `Let it end in ${DATASET_FORMATS.map((one) => `.${one}`).join(", ")}, each also with .gz, or say --to.`,
  });
}
