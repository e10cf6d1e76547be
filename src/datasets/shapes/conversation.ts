import { literalTemplate } from "../template.ts";
import { defined, fieldAt, isFields, listOf, metadataOf, textAt, textOf, type Fields } from "./fields.ts";
import { notShaped, type Shaped } from "./shape.ts";
import { promptOrMessages, turnsOf } from "./turns.ts";

/** A conversation in the field of this name as a case: the last turn, when it is the model's, is what is expected. */
export function conversationCase(record: Fields, field: string): Shaped {
  const list = listOf(fieldAt(record, field));
  if (list === null) return notShaped([field], "expected a list of turns, each with whose it is and what is said");
  const read = turnsOf(list, field);
  if (!read.ok) return read;
  const last = read.turns.at(-1);
  const answer = last?.role === "assistant" ? spoken(list.at(-1)) : null;
  const asked = promptOrMessages(answer === null ? read.turns : read.turns.slice(0, -1));
  const system = textAt(record, "system");
  if (system !== null && read.turns[0]?.role === "system") {
    return notShaped(["system"], "the conversation has a system turn as well", "Remove one of them.");
  }
  return {
    ok: true,
    value: {
      ...defined({ id: textAt(record, "id") ?? undefined }),
      ...(system === null ? {} : { system: literalTemplate(system) }),
      ...asked,
      ...(answer === null ? {} : { expected: answer }),
      ...metadataOf(record, ["id", field, "system"]),
    },
    from: { prompt: [field], messages: [field], expected: [field, list.length - 1] },
  };
}

/** A turn's text as it is: an expected answer is no template. */
function spoken(turn: unknown): string | null {
  return isFields(turn) ? textOf(fieldAt(turn, "content") ?? fieldAt(turn, "value")) : null;
}
