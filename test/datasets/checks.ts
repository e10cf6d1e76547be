import { Ajv } from "ajv";
import { z } from "zod";

/** One machine-checkable rule of `metadata.checks`; docs/datasets.md has the table. */
export const checkSchema = z.union([
  z.strictObject({ equals: z.string() }),
  z.strictObject({ contains: z.array(z.string()).min(1) }),
  z.strictObject({ regex: z.string() }),
  z.strictObject({ not_regex: z.string() }),
  z.strictObject({ json_schema: z.record(z.string(), z.unknown()) }),
  z.strictObject({ min_words: z.int() }),
  z.strictObject({ max_words: z.int() }),
  z.strictObject({ lines: z.int() }),
  z.strictObject({ forbidden_letters: z.string() }),
  z.strictObject({ casing: z.enum(["lower", "upper"]) }),
]);
export type Check = z.infer<typeof checkSchema>;

export const checksSchema = z.array(checkSchema).min(1);

export const wordsIn = (text: string): number => text.split(/\s+/).filter((word) => word !== "").length;

/** Whether an answer keeps a rule; white space around the answer does not count. */
export function passes(check: Check, given: string): boolean {
  const answer = given.trim();
  if ("equals" in check) return answer === check.equals;
  if ("contains" in check) return check.contains.every((text) => answer.includes(text));
  if ("regex" in check) return new RegExp(check.regex, "u").test(answer);
  if ("not_regex" in check) return !new RegExp(check.not_regex, "u").test(answer);
  if ("json_schema" in check) return isJsonOf(check.json_schema, answer);
  if ("min_words" in check) return wordsIn(answer) >= check.min_words;
  if ("max_words" in check) return wordsIn(answer) <= check.max_words;
  if ("lines" in check) return answer.split("\n").length === check.lines;
  if ("casing" in check) return answer === (check.casing === "lower" ? answer.toLowerCase() : answer.toUpperCase());
  return !Array.from(check.forbidden_letters).some((letter) => answer.toLowerCase().includes(letter));
}

function isJsonOf(schema: Readonly<Record<string, unknown>>, answer: string): boolean {
  try {
    return new Ajv().validate(schema, JSON.parse(answer));
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
