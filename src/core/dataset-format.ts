/** The formats a dataset may have. */
export const DATASET_FORMATS = ["json", "yaml", "jsonl", "csv", "tsv", "parquet"] as const;
export type DatasetFormat = (typeof DATASET_FORMATS)[number];
