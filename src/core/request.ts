import { z } from "zod";

export const requestParametersSchema = z.strictObject({
  temperature: z.number().min(0).max(2).optional(),
  max_tokens: z.int().positive().optional(),
  top_p: z.number().min(0).max(1).optional(),
  stop: z.array(z.string()).optional(),
  system: z.string().optional(),
});
/** Sampling parameters and limits that a dataset, a configuration or a flag may ask for. Nothing else is sent. */
export type RequestParameters = z.infer<typeof requestParametersSchema>;

/** One request to a model, independent of any provider's wire format. */
export interface ModelRequest extends RequestParameters {
  readonly model: string;
  readonly prompt: string;
  readonly stream: boolean;
  /** Asks a server that knows it not to end the answer before `max_tokens`. */
  readonly ignore_eos?: boolean;
}
