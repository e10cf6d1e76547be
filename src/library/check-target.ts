import { z } from "zod";
import { within } from "../core/range-schema.ts";
import { RANGES } from "../core/ranges.ts";
import { requestParametersSchema } from "../core/request.ts";
import { checkOptions, functionSchema, hasMethod, notWanted } from "./check-call.ts";
import { partLimitsSchema } from "./runner-options.ts";

const providerSchema = z.object({ name: z.string().min(1), simulated: z.boolean() });

/** A target may be a copy of one that was made here, with another label or other limits. */
const targetSchema = z.object({
  label: z.string().min(1),
  provider: providerSchema,
  model: z.string().min(1),
  baseUrl: z.string().nullable(),
  parameters: requestParametersSchema,
  timeoutMs: within(RANGES.duration).nullable(),
  partLimits: partLimitsSchema,
  retries: within(RANGES.retries).nullable(),
  maxConcurrency: within(RANGES.concurrency).nullable(),
  limits: z
    .strictObject({
      requestsPerMinute: within(RANGES.perMinute).nullable(),
      tokensPerMinute: within(RANGES.perMinute).nullable(),
    })
    .optional(),
  ignoreEos: z.boolean(),
  priceOf: functionSchema.nullable(),
  secrets: z.array(z.string()),
});

/** Throws `BenchError("usage")` for what cannot be sent to. */
export function checkTarget(call: string, target: unknown): void {
  if (
    typeof target !== "object" ||
    target === null ||
    !("provider" in target) ||
    !hasMethod(target.provider, "openChannel")
  ) {
    throw notWanted(call, "a target", target, "Make one: await providers.openai({ … }), providers.custom(…), …");
  }
  const named = Object.keys(targetSchema.shape).map((key) => [key, (target as Record<string, unknown>)[key]]);
  checkOptions(call, targetSchema, { ...Object.fromEntries(named), provider: providerIn(target.provider) });
}

/** A provider is an object of whatever kind: only what is read of it is looked at. */
const providerIn = (provider: unknown): object => {
  const { name, simulated } = provider as { readonly name?: unknown; readonly simulated?: unknown };
  return { name, simulated };
};

/** Throws `BenchError("usage")` for what is no `Provider`. */
export function checkProvider(call: string, provider: unknown): void {
  if (!hasMethod(provider, "openChannel")) throw notWanted(call, "a provider with openChannel", provider);
  checkOptions(`${call}'s provider`, providerSchema, providerIn(provider));
}
