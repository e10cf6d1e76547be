import { literalTemplate } from "../template.ts";
import { defined, fieldAt, isFields, listOf, metadataOf, textAt, textOf } from "./fields.ts";
import { notShaped, type RecordShape } from "./shape.ts";
import { promptOrMessages, turnsOf, type Turn } from "./turns.ts";

/** Conversations as ShareGPT's exports write them: the last turn, when it is the model's, is what is expected. */
export const sharegpt: RecordShape = {
  name: "sharegpt",
  inWords: "ShareGPT conversations: the last answer is the expected one",
  recognises(record) {
    const first = listOf(fieldAt(record, "conversations"))?.[0];
    return isFields(first) && (textAt(first, "from") ?? textAt(first, "role")) !== null;
  },
  toCase(record) {
    const list = listOf(fieldAt(record, "conversations"));
    if (list === null) return notShaped(["conversations"], "expected a list of turns with from and value");
    const read = turnsOf(list, "conversations");
    if (!read.ok) return read;
    const last = read.turns.at(-1);
    const answer = last?.role === "assistant" ? spoken(list.at(-1)) : null;
    const asked = promptOrMessages(answer === null ? read.turns : read.turns.slice(0, -1));
    const system = textAt(record, "system");
    if (system !== null && ("system" in asked || startsWithSystem(read.turns))) {
      return notShaped(["system"], "the conversation has a system turn as well", "Remove one of them.");
    }
    return {
      ok: true,
      value: {
        ...defined({ id: textAt(record, "id") ?? undefined }),
        ...(system === null ? {} : { system: literalTemplate(system) }),
        ...asked,
        ...(answer === null ? {} : { expected: answer }),
        ...metadataOf(record, ["id", "conversations", "system"]),
      },
      from: {
        prompt: ["conversations"],
        messages: ["conversations"],
        expected: ["conversations", list.length - 1],
      },
    };
  },
};

const startsWithSystem = (turns: readonly Turn[]): boolean => turns[0]?.role === "system";

/** A turn's text as it is: an expected answer is no template. */
function spoken(turn: unknown): string | null {
  return isFields(turn) ? textOf(fieldAt(turn, "content") ?? fieldAt(turn, "value")) : null;
}
