import { z } from "zod";
import { BenchError } from "../core/errors.ts";
import { problemsError } from "../documents/render-problems.ts";
import { checkSchema } from "../documents/schema-problems.ts";
import { documentWithoutText } from "../documents/source-document.ts";
import { describeValue } from "../documents/words.ts";

/** A function, of which nothing more can be known before it is called. */
export const functionSchema = z.custom((value) => typeof value === "function", { error: "expected a function" });

/**
 * Holds what a caller passed against a schema, so that a misspelt option is an error and not a silent default. Throws one
 * `BenchError("usage")` that tells all that is wrong. Keys are not shown.
 */
export function checkOptions(call: string, schema: z.ZodType, options: unknown): void {
  const checked = checkSchema(schema, documentWithoutText(call, options), (path) =>
    path.some((step) => CONCEALED.has(step)),
  );
  if (checked.ok) return;
  throw problemsError("usage", checked.problems, "docs/api.md lists the options of each call.");
}

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

const isPromise = (value: unknown): boolean => typeof value === "object" && value !== null && "then" in value;

/** Whether a value is an object with a method of that name. */
export function hasMethod(value: unknown, name: string): boolean {
  return typeof value === "object" && value !== null && typeof (value as Record<string, unknown>)[name] === "function";
}
