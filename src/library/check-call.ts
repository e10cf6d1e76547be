import { z } from "zod";
import { BenchError, messageOf } from "../core/errors.ts";
import { unfitForJson } from "../documents/json-fitness.ts";
import type { Problem } from "../documents/problem.ts";
import { problemsError } from "../documents/render-problems.ts";
import { checkSchema } from "../documents/schema-problems.ts";
import { documentWithoutText, pathText, type DocumentPath } from "../documents/source-document.ts";
import { describeValue } from "../documents/words.ts";

/** A function, of which nothing more can be known before it is called. */
export const functionSchema = z.custom((value) => typeof value === "function", { error: "expected a function" });

/**
 * Holds what a caller passed against a schema, so that a misspelt option is an error and not a silent default. Throws one
 * `BenchError("usage")` that tells all that is wrong. Keys are not shown.
 */
export function checkOptions(call: string, schema: z.ZodType, options: unknown): void {
  const problems = readingIn(call, () => {
    const unfit = unfitParameters(call, options);
    if (unfit.length > 0) return unfit;
    const checked = checkSchema(schema, documentWithoutText(call, options), isConcealed);
    return checked.ok ? [] : checked.problems;
  });
  if (problems.length > 0) throw problemsError("usage", problems, "docs/api.md lists the options of each call.");
}

/** Reads what a caller passed; a getter of theirs that throws is their mistake. Throws `BenchError("usage")`. */
function readingIn<T>(call: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new BenchError("usage", `${call}: the options cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

/** Request parameters go out as JSON and into `run.json`, whatever stands in their open parts. */
function unfitParameters(call: string, options: unknown): Problem[] {
  if (typeof options !== "object" || options === null || !("parameters" in options)) return [];
  return unfitForJson(options.parameters).map(({ path, message }) => ({
    file: call,
    position: null,
    path: pathText(["parameters", ...path]),
    message,
  }));
}

const isConcealed = (path: DocumentPath): boolean => path.some((step) => CONCEALED.has(step));

const CONCEALED: ReadonlySet<string | number> = new Set(["headers", "apiKey", "secrets", "network"]);

/** What stands where something else was wanted, with what is most often the reason. */
export function notWanted(call: string, wanted: string, found: unknown, hint?: string): BenchError {
  if (isPromise(found)) {
    return new BenchError("usage", `${call}: expected ${wanted}, found a promise of it`, { hint: "Await it first." });
  }
  return new BenchError(
    "usage",
    `${call}: expected ${wanted}, found ${describeValue(found)}`,
    hint === undefined ? {} : { hint },
  );
}

/** Whether a value is a promise, of whatever library. */
export const isPromise = (value: unknown): boolean => hasMethod(value, "then");

/** Whether a value is an object with a method of that name. */
export function hasMethod(value: unknown, name: string): boolean {
  return typeof value === "object" && value !== null && typeof (value as Record<string, unknown>)[name] === "function";
}
