import { z } from "zod";
import { API_TYPES } from "../core/api-type.ts";
import { durationSchema, foreignSchema } from "../core/dataset.ts";
import { headersSchema, requestParametersSchema } from "../core/request.ts";
import { ARRIVALS, ORDERS } from "../core/run.ts";
import { within } from "../core/range-schema.ts";
import { RANGES } from "../core/ranges.ts";
import { parseSlo } from "../core/parse-slo.ts";

const pricesSchema = z.strictObject({
  input_per_million: z.number().nonnegative(),
  output_per_million: z.number().nonnegative(),
  cache_read_per_million: z.number().nonnegative().optional(),
  cache_write_per_million: z.number().nonnegative().optional(),
  reasoning_per_million: z.number().nonnegative().optional(),
  input_audio_per_million: z.number().nonnegative().optional(),
  input_image_per_million: z.number().nonnegative().optional(),
  output_audio_per_million: z.number().nonnegative().optional(),
  output_image_per_million: z.number().nonnegative().optional(),
});
/** US dollars for a million tokens. */
export type Prices = z.infer<typeof pricesSchema>;

const providerConfigSchema = z.strictObject({
  type: z.enum(API_TYPES).optional().describe("The API that it speaks; required unless the provider is built in"),
  api_key_env: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: "expected the name of an environment variable, not a key" })
    .optional()
    .describe("The environment variable that holds the key"),
  api_key_file: z.string().min(1).optional().describe("A file that holds the key and nothing else"),
  base_url: z.string().min(1).optional(),
  api_version: z
    .string()
    .regex(/^[\w.-]+$/, { error: "expected a version such as 2024-10-21" })
    .optional()
    .describe("The version of Azure's API; for the provider azure only"),
  ca_file: z
    .string()
    .min(1)
    .optional()
    .describe("Certificates in PEM of authorities to trust for this provider, besides those that Node trusts"),
  default_model: z.string().min(1).optional(),
  timeout: durationSchema.optional().describe("Limit of one attempt"),
  connect_timeout: durationSchema.optional().describe("Limit of opening a connection"),
  first_token_timeout: durationSchema.optional().describe("Limit from sending to the first output of a stream"),
  idle_timeout: durationSchema.optional().describe("Limit between two pieces of a stream"),
  max_retries: within(RANGES.retries).optional(),
  max_concurrency: within(RANGES.concurrency).optional(),
  requests_per_minute: within(RANGES.perMinute).optional().describe("Never send more than this in any minute"),
  tokens_per_minute: within(RANGES.perMinute)
    .optional()
    .describe("Of prompts and answers, estimated before each request"),
  ignore_eos: z
    .boolean()
    .optional()
    .describe("The server knows ignore_eos (vLLM, SGLang): synthetic loads then get answers of exactly max_tokens"),
  headers: headersSchema.optional().describe("Sent with every request"),
  parameters: requestParametersSchema.optional(),
  prices: pricesSchema.optional(),
});
export type ProviderConfig = z.infer<typeof providerConfigSchema>;

const sloTextSchema = z
  .string()
  .check(({ value, issues }) => {
    const read = parseSlo(value);
    if (typeof read === "string") issues.push({ code: "custom", message: read, input: value });
  })
  .describe("What each request must keep: ttft=500,tpot=50,duration=10s,goodput=99%");

/** What a provider says of itself, said of every target whose provider does not. */
export const everyTargetSchema = {
  timeout: providerConfigSchema.shape.timeout,
  connect_timeout: providerConfigSchema.shape.connect_timeout,
  first_token_timeout: providerConfigSchema.shape.first_token_timeout,
  idle_timeout: providerConfigSchema.shape.idle_timeout,
  max_retries: providerConfigSchema.shape.max_retries,
  max_concurrency: providerConfigSchema.shape.max_concurrency,
  requests_per_minute: providerConfigSchema.shape.requests_per_minute,
  tokens_per_minute: providerConfigSchema.shape.tokens_per_minute,
};

/** What a configuration file may hold. Keys are snake_case, as in every file. */
export const configSchema = z.strictObject({
  $schema: z.string().optional(),
  providers: z
    .record(
      z.string().regex(/^[^\s:,=]+$/, { error: "a provider's name must not hold white space, a colon, comma or =" }),
      providerConfigSchema,
    )
    .optional(),
  datasets: z
    .record(z.string(), foreignSchema)
    .optional()
    .describe("How foreign files are read, by what --dataset says"),
  benchmarks: z
    .strictObject({
      output_dir: z.string().min(1).optional(),
      save_responses: z.boolean().optional(),
      concurrency: within(RANGES.concurrency).optional(),
      fail_on: z
        .array(z.string().min(1))
        .optional()
        .describe("Conditions under which bench ends with code 1, such as p95>2s"),
      require_valid: z.boolean().optional().describe("Whether a run that is not VALID ends with code 1"),
      rate: within(RANGES.rate).optional().describe("Requests per second for each target: an open loop"),
      arrival: z.enum(ARRIVALS).optional(),
      max_in_flight: within(RANGES.maxInFlight).optional(),
      duration: durationSchema.optional().describe("Send for so long, going through the cases again and again"),
      max_requests: within(RANGES.count).optional().describe("Send so many requests to each target"),
      max_errors: within(RANGES.count).optional().describe("Send nothing more after so many failed cases"),
      budget_usd: within(RANGES.budgetUsd).optional().describe("Send nothing that could cost more than this in all"),
      warmup: within(RANGES.warmup).optional().describe("Requests to each target before those that count"),
      adaptive: z.boolean().optional().describe("A closed loop that raises its concurrency until the first 429"),
      order: z.enum(ORDERS).optional().describe("How several targets share the time"),
      slo: sloTextSchema.optional(),
      delay: durationSchema.optional().describe("Pause of each slot between two cases, in a closed loop"),
      fail_fast: z.boolean().optional().describe("Whether nothing more is sent after the first case that fails"),
      ...everyTargetSchema,
    })
    .optional(),
});
export type Config = z.infer<typeof configSchema>;
