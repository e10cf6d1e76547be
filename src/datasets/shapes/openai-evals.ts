import { answersOf, defined, fieldAt, listOf, metadataOf, textAt, textOf, textsOf } from "./fields.ts";
import { literalTemplate } from "../template.ts";
import { notShaped, type RecordShape } from "./shape.ts";
import { promptOrMessages, turnsOf } from "./turns.ts";

/** https://github.com/openai/evals: `input` is text or turns, `ideal` a right answer or several. */
export const openaiEvals: RecordShape = {
  name: "openai-evals",
  inWords: "OpenAI evals: input/ideal",
  recognises: (record) =>
    fieldAt(record, "ideal") !== undefined &&
    (textAt(record, "input") !== null || listOf(fieldAt(record, "input")) !== null),
  toCase(record) {
    const ideal = fieldAt(record, "ideal");
    const answers = ideal === undefined ? [] : textsOf(ideal);
    if (answers === null) return notShaped(["ideal"], "expected text, or a list of texts");
    const input = promptOf(fieldAt(record, "input"));
    if (!input.ok) return input;
    return {
      ok: true,
      value: {
        ...defined({ id: textAt(record, "id") ?? undefined }),
        ...input.fields,
        ...answersOf(answers),
        ...metadataOf(record, ["id", "input", "ideal"]),
      },
      from: {
        prompt: ["input"],
        system: ["input"],
        messages: ["input"],
        expected: ["ideal"],
        references: ["ideal"],
      },
    };
  },
};

/** What `input` sends: text or turns. */
export function promptOf(input: unknown): { ok: true; fields: Record<string, unknown> } | ReturnType<typeof notShaped> {
  const list = listOf(input);
  if (list === null) {
    const text = textOf(input);
    if (text === null) return notShaped(["input"], "expected text, or a list of turns with role and content");
    return { ok: true, fields: { prompt: literalTemplate(text) } };
  }
  const read = turnsOf(list, "input");
  return read.ok ? { ok: true, fields: { ...promptOrMessages(read.turns) } } : read;
}
