import { literalTemplate } from "../template.ts";
import { answersOf, defined, fieldAt, listOf, metadataOf, textAt, textOf, textsOf, type Fields } from "./fields.ts";
import { notShaped, type NotShaped, type Shaped } from "./shape.ts";
import { promptOrMessages, turnsOf } from "./turns.ts";

/** Whether a record has an `input`, text or turns, beside right answers in the field of this name. */
export const hasInputAnd = (answers: string, record: Fields): boolean =>
  fieldAt(record, answers) !== undefined &&
  (textAt(record, "input") !== null || listOf(fieldAt(record, "input")) !== null);

/** A record of `input` and right answers as a case; `change` may add to what is sent what it takes from `used`. */
export function inputCase(
  record: Fields,
  answersField: string,
  { used = [], change = (fields) => fields }: { used?: readonly string[]; change?: (fields: Fields) => Fields } = {},
): Shaped {
  const given = fieldAt(record, answersField);
  const answers = given === undefined ? [] : textsOf(given);
  if (answers === null) return notShaped([answersField], "expected text, or a list of texts");
  const input = promptOf(fieldAt(record, "input"));
  if (!input.ok) return input;
  return {
    ok: true,
    value: {
      ...defined({ id: textAt(record, "id") ?? undefined }),
      ...change(input.fields),
      ...answersOf(answers),
      ...metadataOf(record, ["id", "input", answersField, ...used]),
    },
    from: {
      prompt: ["input"],
      system: ["input"],
      messages: ["input"],
      expected: [answersField],
      references: [answersField],
    },
  };
}

/** What `input` sends: text or turns. */
function promptOf(input: unknown): { ok: true; fields: Fields } | NotShaped {
  const list = listOf(input);
  if (list === null) {
    const text = textOf(input);
    if (text === null) return notShaped(["input"], "expected text, or a list of turns with role and content");
    return { ok: true, fields: { prompt: literalTemplate(text) } };
  }
  const read = turnsOf(list, "input");
  return read.ok ? { ok: true, fields: promptOrMessages(read.turns) } : read;
}
