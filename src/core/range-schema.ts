import { z } from "zod";
import type { Range } from "./ranges.ts";

/** A range as a schema, for files and options. */
export function within(range: Range): z.ZodNumber {
  return range.whole ? z.int().min(range.least).max(range.most) : z.number().min(range.least).max(range.most);
}
