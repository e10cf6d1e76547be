import { conversationCase } from "./conversation.ts";
import { fieldAt, isFields, listOf, textAt } from "./fields.ts";
import type { RecordShape } from "./shape.ts";

/** Conversations as ShareGPT's exports write them: the last turn, when it is the model's, is what is expected. */
export const sharegpt: RecordShape = {
  name: "sharegpt",
  inWords: "ShareGPT conversations: the last answer is the expected one",
  recognises(record) {
    const first = listOf(fieldAt(record, "conversations"))?.[0];
    return isFields(first) && (textAt(first, "from") ?? textAt(first, "role")) !== null;
  },
  toCase: (record) => conversationCase(record, "conversations"),
};
