import type { VariableValue } from "../../core/dataset.ts";
import { fieldAt, isFields, textOf, type Fields } from "./fields.ts";
import { notShaped, type NotShaped } from "./shape.ts";

/** More would be a mistake, or a run that nobody can pay. */
const MOST_SETS = 10_000;

type Variables = Readonly<Record<string, VariableValue>>;

/**
 * The variables of a test, over those of `defaultTest`. A list stands for one test with each of its entries, as in
 * promptfoo, so there may be several sets.
 */
export function variablesOf(base: Fields, test: Fields, index: number): { ok: true; sets: Variables[] } | NotShaped {
  const path = ["tests", index, "vars"];
  const [shared, own] = [fieldAt(base, "vars") ?? {}, fieldAt(test, "vars") ?? {}];
  if (!isFields(shared) || !isFields(own)) {
    return notShaped(path, "expected an object of variables", "Variables in files of their own are not read.");
  }
  let sets: Variables[] = [{}];
  for (const [name, given] of new Map([...Object.entries(shared), ...Object.entries(own)])) {
    if (given === null || given === undefined) continue;
    const options: unknown[] = Array.isArray(given) ? given : [given];
    const values = options.map(variableOf).filter((value) => value !== null);
    if (values.length < options.length) {
      const wrong = options.findIndex((option) => variableOf(option) === null);
      const isFile = typeof options[wrong] === "string";
      return notShaped(
        [...path, name],
        isFile
          ? "this variable stands in a file of its own"
          : "expected text, a number, true or false, or a nest of them",
        isFile ? "Write its text here." : undefined,
      );
    }
    sets = sets.flatMap((set) => values.map((value) => Object.fromEntries([...Object.entries(set), [name, value]])));
    if (sets.length > MOST_SETS) {
      return notShaped(path, `the lists among these variables make more than ${MOST_SETS} tests of this one`);
    }
  }
  return { ok: true, sets };
}

function variableOf(value: unknown): VariableValue | null {
  if (typeof value === "string") return value.startsWith("file://") ? null : value;
  if (typeof value === "number" || typeof value === "boolean") return value;
  if (!isFields(value)) return textOf(value);
  const entries = Object.entries(value).map(([key, entry]) => [key, variableOf(entry)] as const);
  return entries.some(([, entry]) => entry === null) ? null : (Object.fromEntries(entries) as VariableValue);
}
