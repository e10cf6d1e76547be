import { z } from "zod";

const jsonObjectSchema = z.record(z.string(), z.unknown());

const jsonSchemaFormatSchema = z.strictObject({
  schema: jsonObjectSchema.describe("A JSON Schema that the answer must match"),
  name: z
    .string()
    .regex(/^[\w-]{1,64}$/, { error: "expected letters, digits, _ and - only" })
    .optional()
    .describe("What APIs that want a name for it are told; answer unless given"),
  strict: z.boolean().optional().describe("Whether the server must enforce it, at APIs that leave the choice"),
});

const responseFormatSchema = z
  .union([z.literal("json"), jsonSchemaFormatSchema])
  .describe("json for any JSON object, or { schema: … } for one that matches");
/** The form that an answer must have: any JSON object, or one that matches a JSON Schema. */
export type ResponseFormat = z.infer<typeof responseFormatSchema>;

const toolSchema = z.strictObject({
  name: z.string().regex(/^[\w.-]{1,64}$/, { error: "expected letters, digits, _, . and - only" }),
  description: z.string().optional(),
  parameters: jsonObjectSchema.optional().describe("A JSON Schema of its arguments"),
});
/** A function that a model may call. Calls are recorded and never answered. */
export type ToolDefinition = z.infer<typeof toolSchema>;

const toolChoiceSchema = z
  .union([z.enum(["auto", "none", "required"]), z.strictObject({ name: z.string().min(1) })])
  .describe("Whether a tool must be called: auto, none, required, or { name: … } for this one");
/** Whether a model is left to decide, must not call a tool, must call some, or must call this one. */
export type ToolChoice = z.infer<typeof toolChoiceSchema>;

/** They carry keys, or belong to the connection: neither is a matter of what is asked for. */
const NO_REQUEST_HEADER =
  /^(authorization|proxy-.*|cookie|x-api-key|api-key|x-goog-api-key|host|connection|keep-alive|content-(length|encoding|type)|transfer-encoding|te|trailer|upgrade|expect|accept-encoding)$/i;

/** The name of a header and its value, in what HTTP allows. */
export const headersSchema = z.record(
  z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/, { error: "this cannot be the name of an HTTP header" }),
  z.string().regex(/^[\x20-\x7e\t]*$/, { error: "a header's value must be printable ASCII" }),
);

const requestHeadersSchema = headersSchema
  .refine((headers) => !Object.keys(headers).some((name) => NO_REQUEST_HEADER.test(name)), {
    error: "keys come from api_key_env or api_key_file, and the connection's own headers are its own",
  })
  .describe("Sent with the request beside the provider's own; no place for keys");

export const requestParametersSchema = z.strictObject({
  temperature: z.number().min(0).max(2).optional(),
  max_tokens: z.int().positive().optional(),
  top_p: z.number().min(0).max(1).optional(),
  stop: z.array(z.string()).optional(),
  system: z.string().optional(),
  seed: z.int().optional().describe("For servers that sample the same way twice"),
  response_format: responseFormatSchema.optional(),
  tools: z.array(toolSchema).min(1).optional().describe("Functions that the model may call; calls are recorded"),
  tool_choice: toolChoiceSchema.optional(),
  reasoning_effort: z
    .string()
    .regex(/^[a-z]+$/, { error: "expected a word such as low, medium or high" })
    .optional()
    .describe("How long a reasoning model thinks, in the words of its API"),
  extra_body: jsonObjectSchema.optional().describe("Laid over the request's body as it is"),
  headers: requestHeadersSchema.optional(),
});
/** What a dataset, a configuration or a flag may ask for. Nothing else is sent. */
export type RequestParameters = z.infer<typeof requestParametersSchema>;

/** A piece of a turn as it is sent: text, or an image that the provider fetches or that goes along in base64. */
export type RequestPart =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "image"; readonly url: string }
  | { readonly type: "image"; readonly media_type: string; readonly data: string };

/** A turn of a conversation as it is sent; the system text is a parameter, `system`. */
export interface RequestMessage {
  readonly role: "user" | "assistant";
  readonly content: string | readonly RequestPart[];
}

/** One request to a model, independent of any provider's wire format. */
export interface ModelRequest extends RequestParameters {
  readonly model: string;
  /** What is asked; beside `messages` the text of the user's last turn. */
  readonly prompt: string;
  /** A conversation, sent in place of the prompt. */
  readonly messages?: readonly RequestMessage[];
  readonly stream: boolean;
  /** Asks a server that knows it not to end the answer before `max_tokens`. */
  readonly ignore_eos?: boolean;
}
