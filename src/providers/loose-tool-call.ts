import { z } from "zod";
import { argumentsText } from "./wire/tool-calls.ts";

/** A tool call of somebody else's making: arguments that are parsed already are written as JSON again. */
export const looseToolCallSchema = z.object({
  id: z
    .string()
    .nullish()
    .transform((id) => id ?? null),
  type: z.literal("function").default("function"),
  function: z.object({
    name: z.string(),
    arguments: z.union([z.string(), z.array(z.unknown()), z.record(z.string(), z.unknown())]).transform(argumentsText),
  }),
});
