import type { ScalarTag } from "yaml";
import { withNumbers } from "../../core/written-number.ts";

/** A number on its way into YAML: a `WrittenNumber` itself would be taken for the plain number that it is. */
class NumberText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A value whose numbers YAML is to hold as they were written. */
export const asWritten = (value: unknown): unknown => withNumbers(value, ({ text }) => new NumberText(text));

/** What writes them: all that JSON, YAML and Parquet write is a number in YAML, too. */
export const AS_WRITTEN: ScalarTag = {
  tag: "tag:yaml.org,2002:float",
  default: true,
  // Nothing is read with it.
  test: /^(?!)/,
  resolve: (text) => text,
  identify: (value) => value instanceof NumberText,
  stringify: ({ value }) => (value instanceof NumberText ? value.text : String(value)),
};
