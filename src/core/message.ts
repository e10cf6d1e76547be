import { z } from "zod";

const textPartSchema = z.strictObject({ type: z.literal("text"), text: z.string().describe("May use {{variables}}") });

const imagePartSchema = z
  .strictObject({
    type: z.literal("image"),
    url: z
      .string()
      .regex(/^(https?:\/\/|data:image\/|\{\{)/i, { error: "expected an address that begins with https://" })
      .optional()
      .describe("The provider fetches it; data: URLs go too"),
    file: z.string().min(1).optional().describe("A path, from the dataset's folder; read before it is sent"),
    media_type: z.string().min(1).optional().describe("Of data: image/png"),
    data: z.base64().min(1).optional().describe("The image itself in base64, with its media_type"),
  })
  .superRefine(({ url, file, data, media_type }, context) => {
    const given = [url, file, data].filter((one) => one !== undefined).length;
    const wanted = 'an image needs one of "url", "file" and "data"';
    if (given === 0) say(context, wanted, [], ["url", "file", "data"]);
    else if (given > 1) say(context, `${wanted}, not several`);
    else if ((data === undefined) !== (media_type === undefined)) {
      say(context, '"data" and "media_type" go together');
    }
  })
  .meta({ oneOf: [{ required: ["url"] }, { required: ["file"] }, { required: ["data", "media_type"] }] });

const messagePartSchema = z.discriminatedUnion("type", [textPartSchema, imagePartSchema], {
  error: 'expected a part with the type "text" or "image"',
});
/** A piece of a turn: text, or an image by address, by file or in base64. */
export type MessagePart = z.infer<typeof messagePartSchema>;

export const messageSchema = z.strictObject({
  role: z.enum(["system", "user", "assistant"]),
  content: z
    .union([z.string(), z.array(messagePartSchema).min(1)])
    .describe("Text, which may use {{variables}}, or parts"),
});
/** One turn of a conversation as a dataset has it. */
export type Message = z.infer<typeof messageSchema>;

export const messagesSchema = z
  .array(messageSchema)
  .min(1)
  .superRefine((messages, context) => {
    if (messages.length === 0) return;
    const late = messages.findIndex(({ role }, index) => role === "system" && index > 0);
    if (late > 0) say(context, "a system turn can only come first", [late, "role"]);
    const [first] = messages;
    if (first?.role === "system" && typeof first.content !== "string") {
      say(context, "the content of a system turn is text", [0, "content"]);
    }
    for (const [index, { role, content }] of messages.entries()) {
      if (role !== "assistant" || typeof content === "string") continue;
      if (content.some(({ type }) => type === "image")) {
        say(context, "only a turn of the user can hold images", [index, "content"]);
      }
    }
    if (!messages.some(({ role }) => role === "user")) say(context, "there is no turn of the user");
  });

/**
 * Reports what two values together have wrong: the message says all, so the value need not be shown. `missing` are the
 * keys of which one is wanted: where one of them stands misspelt, that is told alone.
 */
export function say(
  context: z.core.$RefinementCtx,
  message: string,
  path: PropertyKey[] = [],
  missing: readonly string[] = [],
): void {
  context.issues.push({ code: "custom", message, path, input: undefined, params: { whole: true, missing } });
}
