import type { DatasetFormat } from "../../core/dataset-format.ts";
import type { Dataset } from "../../core/dataset.ts";
import { isDocument } from "../formats/format.ts";
import { lostInRow, TableLayout } from "./table-layout.ts";
import type { Column } from "../formats/table.ts";

/** Something that the format of the output cannot hold. */
export interface Loss {
  /** `defaults`, or a field of test cases. */
  readonly field: string;
  /** How many test cases lose it; null for what the dataset as a whole loses. */
  readonly cases: number | null;
  /** The first of these cases. */
  readonly firstId: string | null;
}

/** What writing a dataset needs to know of all of it. */
export interface WritePlan {
  readonly cases: number;
  /** Of a table. */
  readonly columns: readonly Column[];
  readonly losses: readonly Loss[];
}

/** Looks at every case once, in flat memory; throws `BenchError("dataset")` for one that is not valid. */
export async function planWriting(dataset: Dataset, format: DatasetFormat, stem: string): Promise<WritePlan> {
  const isTable = format === "csv" || format === "tsv" || format === "parquet";
  const layout = new TableLayout();
  let cases = 0;
  for await (const testCase of dataset.cases()) {
    cases += 1;
    if (isTable) layout.add(testCase);
  }
  const columns = layout.columns();
  const ofCases = isTable ? await lossesOfCases(dataset, columns) : [];
  const ofDataset = isDocument(format) ? [] : lossesOfHead(dataset, stem);
  return { cases, columns, losses: [...ofDataset, ...ofCases] };
}

/** Files of rows hold test cases and nothing else. */
function lossesOfHead({ name, version, description, defaults, rows, sha256 }: Dataset, stem: string): Loss[] {
  // The version is made of the file's bytes then and the name is the file's, as those of the output will be.
  const isDerived = rows !== undefined || version === sha256?.slice(0, 12);
  const fields = [
    ...(name === stem || isDerived ? [] : ["name"]),
    ...(isDerived ? [] : ["version"]),
    ...(description === null ? [] : ["description"]),
    ...(Object.keys(defaults).length === 0 ? [] : ["defaults"]),
  ];
  return fields.map((field) => ({ field, cases: null, firstId: null }));
}

async function lossesOfCases(dataset: Dataset, columns: readonly Column[]): Promise<Loss[]> {
  const losses = new Map<string, { cases: number; firstId: string }>();
  for await (const testCase of dataset.cases()) {
    for (const field of lostInRow(testCase, columns)) {
      const loss = losses.get(field) ?? { cases: 0, firstId: testCase.id };
      loss.cases += 1;
      losses.set(field, loss);
    }
  }
  return [...losses].map(([field, { cases, firstId }]) => ({ field, cases, firstId }));
}
