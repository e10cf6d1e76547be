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
