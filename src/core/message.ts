import { z } from "zod";

/**
 * Reports what two values together have wrong: the message says all, so the value need not be shown. `missing` are the
 * keys of which one is wanted: where one of them stands misspelt, that is told alone.
 */
export type Say = (message: string, path?: PropertyKey[], missing?: readonly string[]) => void;

/**
 * A schema with a rule about several of its values. Other than a refinement the rule also looks at what has other
 * mistakes, so that all are told at once: its values may then be anything.
 */
export function withRule<Schema extends z.ZodType>(
  schema: Schema,
  rule: (value: Readonly<Record<string, unknown>>, say: Say) => void,
): Schema {
  const check = z.check(({ value, issues }) => {
    if (!isObject(value)) return;
    rule(value, (message, path = [], missing = []) => {
      issues.push({ code: "custom", message, path, input: undefined, params: { whole: true, missing } });
    });
  });
  check._zod.def.when = () => true;
  return schema.check(check);
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

const textPartSchema = z.strictObject({ type: z.literal("text"), text: z.string().describe("May use {{variables}}") });

const imagePartSchema = withRule(
  z.strictObject({
    type: z.literal("image"),
    url: z
      .string()
      .regex(/^(https?:\/\/|data:image\/|\{\{)/i, { error: "expected an address that begins with https://" })
      .optional()
      .describe("The provider fetches it; data: URLs go too"),
    file: z.string().min(1).optional().describe("A path, from the dataset's folder; read before it is sent"),
    media_type: z.string().min(1).optional().describe("Of data: image/png"),
    data: z.base64().min(1).optional().describe("The image itself in base64, with its media_type"),
  }),
  ({ url, file, data, media_type }, say) => {
    const given = [url, file, data].filter((one) => one !== undefined).length;
    const wanted = 'an image needs one of "url", "file" and "data"';
    if (given === 0) say(wanted, [], ["url", "file", "data"]);
    else if (given > 1) say(`${wanted}, not several`);
    else if ((data === undefined) !== (media_type === undefined)) {
      say('"data" and "media_type" go together');
    }
  },
).meta({ oneOf: [{ required: ["url"] }, { required: ["file"] }, { required: ["data", "media_type"] }] });

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

export const messagesSchema = withRule(z.array(messageSchema).min(1), (messages, say) => {
  if (!Array.isArray(messages) || messages.length === 0) return;
  const turns = messages.map((turn: unknown) => (isObject(turn) ? turn : {}));
  const late = turns.findIndex(({ role }, index) => role === "system" && index > 0);
  if (late > 0) say("a system turn can only come first", [late, "role"]);
  const [first] = turns;
  if (first?.["role"] === "system" && Array.isArray(first["content"])) {
    say("the content of a system turn is text", [0, "content"]);
  }
  for (const [index, { role, content }] of turns.entries()) {
    if (role !== "assistant" || !Array.isArray(content)) continue;
    if (content.some((part: unknown) => isObject(part) && part["type"] === "image")) {
      say("only a turn of the user can hold images", [index, "content"]);
    }
  }
  // A turn that is none of any kind is told of already.
  const known = turns.every(({ role }) => role === "system" || role === "assistant");
  if (known) say("there is no turn of the user");
});
