import type { Dataset, TestCase, VariableValue } from "../../src/core/dataset.ts";
import { WrittenNumber } from "../../src/core/written-number.ts";
import { loadDataset } from "../../src/datasets/load.ts";
import { collected } from "../support/cases.ts";

/** A built-in dataset with all its cases at hand. */
export async function builtIn(
  name: string,
): Promise<{ dataset: Dataset; cases: TestCase[]; caseOf: (id: string) => TestCase }> {
  const dataset = await loadDataset(name);
  const cases = await collected(dataset.cases());
  const caseOf = (id: string): TestCase => {
    const found = cases.find((one) => one.id === id);
    if (found === undefined) throw new Error(`${name} has no case ${id}`);
    return found;
  };
  return { dataset, cases, caseOf };
}

/** The text or number that a case's variable holds, by its dotted name. */
export function variableOf({ id, variables = {} }: TestCase, name: string): string | number | boolean {
  let value: VariableValue | undefined = variables;
  for (const step of name.split(".")) {
    value = typeof value === "object" && !(value instanceof WrittenNumber) ? value[step] : undefined;
  }
  if (value === undefined || typeof value === "object") throw new Error(`${id} has no variable ${name}`);
  return value;
}
