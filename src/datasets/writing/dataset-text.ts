import type { DatasetFormat } from "../../core/dataset-format.ts";
import type { Dataset, TestCase } from "../../core/dataset.ts";
import { escapedJson, isPrintable } from "../../core/printable.ts";
import { writtenJsonText } from "../../documents/written-json-text.ts";
import { cellsOf, rowOf } from "./table-layout.ts";
import type { WritePlan } from "./losses.ts";

/** The formats that are text. */
export type TextFormat = Exclude<DatasetFormat, "parquet">;

/** A dataset as the text of a file, piece by piece; no format needs more than a case at a time. */
export async function* datasetText(
  dataset: Dataset,
  format: TextFormat,
  { columns }: Pick<WritePlan, "columns">,
): AsyncGenerator<string, void, undefined> {
  if (format === "json") yield* jsonText(dataset);
  else if (format === "yaml") yield* yamlText(dataset);
  else if (format === "jsonl") {
    for await (const testCase of dataset.cases())
      yield `${escapedJson(writtenJsonText(testCase))}
`;
  } else {
    const separator = format === "csv" ? "," : "\t";
    yield rowOf(
      columns.map(({ name }) => name),
      separator,
    );
    for await (const testCase of dataset.cases()) yield rowOf(cellsOf(testCase, columns), separator);
  }
}

/** What a document says besides its cases. */
function headOf({ name, version, description, defaults }: Dataset): Record<string, unknown> {
  return {
    name,
    version,
    ...(description === null ? {} : { description }),
    ...(Object.keys(defaults).length === 0 ? {} : { defaults }),
  };
}

async function* jsonText(dataset: Dataset): AsyncGenerator<string, void, undefined> {
  yield `${escapedJson(JSON.stringify(headOf(dataset), null, 2)).slice(0, -2)},\n  "test_cases": [`;
  let separator = "\n";
  for await (const testCase of dataset.cases()) {
    yield `${separator}    ${escapedJson(writtenJsonText(testCase, 2)).replaceAll("\n", "\n    ")}`;
    separator = ",\n";
  }
  yield "\n  ]\n}\n";
}

async function* yamlText(dataset: Dataset): AsyncGenerator<string, void, undefined> {
  // Imported here for its cost.
  const [{ Document, visit }, { AS_WRITTEN, asWritten }] = await Promise.all([
    import("yaml"),
    import("./yaml-numbers.ts"),
  ]);
  const written = (value: unknown): string => {
    // No aliases: a case stands for itself.
    const document = new Document(asWritten(value), { aliasDuplicateObjects: false, customTags: [AS_WRITTEN] });
    visit(document, {
      // As a block, a text of nothing but white space would lose the spaces before its line ends.
      Scalar(_key, node) {
        // What cannot be shown is escaped, which only double quotes allow.
        if (typeof node.value !== "string") return;
        // A plain `<<` would be a merge key.
        if (/^\s+$|^<<$/.test(node.value) || !isPrintable(node.value)) node.type = "QUOTE_DOUBLE";
      },
    });
    // Long lines stay whole: where a text is folded says nothing about it.
    return escapedJson(document.toString({ lineWidth: 0 }));
  };
  yield written(headOf(dataset));
  yield "test_cases:\n";
  for await (const testCase of dataset.cases()) {
    yield written([testCase satisfies TestCase]);
  }
}
