import { z } from "zod";
import { within } from "../core/range-schema.ts";
import { RANGES } from "../core/ranges.ts";
import { headersSchema, requestParametersSchema } from "../core/request.ts";
import { clockSchema, partLimitsSchema } from "./runner-options.ts";

const price = z.number().nonnegative();
const text = z.string().min(1);

const everyTarget = {
  label: text.optional(),
  parameters: requestParametersSchema.optional(),
  timeoutMs: within(RANGES.duration).optional(),
  partLimits: partLimitsSchema.optional(),
  retries: within(RANGES.retries).optional(),
  maxConcurrency: within(RANGES.concurrency).optional(),
  requestsPerMinute: within(RANGES.perMinute).optional(),
  tokensPerMinute: within(RANGES.perMinute).optional(),
  ignoreEos: z.boolean().optional(),
  prices: z
    .strictObject({
      input_per_million: price,
      output_per_million: price,
      cache_read_per_million: price.optional(),
      cache_write_per_million: price.optional(),
      reasoning_per_million: price.optional(),
    })
    .optional(),
};

const networkSchema = z.strictObject({
  proxy: z.strictObject({ url: text, authorization: z.string().nullable(), source: z.string() }).nullable(),
  ca: z.string().nullable(),
});

const api = {
  ...everyTarget,
  model: text.optional(),
  apiKey: z.string().nullable(),
  baseUrl: text.optional(),
  headers: headersSchema.optional(),
  network: networkSchema.optional(),
};

/** What the makers of targets take, each in one object. */
export const TARGET_OPTIONS = {
  builtIn: z.strictObject({ ...api, apiVersion: text.optional() }),
  api: z.strictObject({ ...api, name: text.optional(), baseUrl: text, model: text }),
  sim: z.strictObject({ ...everyTarget, url: text, model: text.optional() }),
  custom: z.strictObject({ ...everyTarget, model: text, clock: clockSchema.optional() }),
  aiSdk: z.strictObject(everyTarget),
  of: z.strictObject({ ...everyTarget, model: text }),
} as const;
