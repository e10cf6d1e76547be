import { conversationCase } from "./conversation.ts";
import { fieldAt, isFields, listOf, textAt } from "./fields.ts";
import type { RecordShape } from "./shape.ts";

/**
 * https://platform.openai.com/docs/guides/supervised-fine-tuning: conversations that end in the answer to be learned. A
 * test case of ours has `messages` too, but an id beside them and no answer in them.
 */
export const openaiChat: RecordShape = {
  name: "openai-chat",
  inWords: "OpenAI's training conversations: the last answer is the expected one",
  recognises(record) {
    const last = listOf(fieldAt(record, "messages"))?.at(-1);
    const isOurs = ["id", "prompt", "expected"].some((key) => fieldAt(record, key) !== undefined);
    return !isOurs && isFields(last) && textAt(last, "role") === "assistant";
  },
  toCase: (record) => conversationCase(record, "messages"),
};
