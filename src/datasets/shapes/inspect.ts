import { literalTemplate } from "../template.ts";
import { choiceLines, MOST_CHOICES } from "./choices.ts";
import { answersOf, defined, fieldAt, listOf, metadataOf, textAt, textsOf, type Fields } from "./fields.ts";
import { promptOf } from "./openai-evals.ts";
import { notShaped, type RecordShape } from "./shape.ts";
import type { Turn } from "./turns.ts";

/** https://inspect.aisi.org.uk/datasets.html: `input` is text or turns, `target` a right answer or several. */
export const inspect: RecordShape = {
  name: "inspect",
  inWords: "Inspect samples: input/target",
  recognises: (record) =>
    fieldAt(record, "target") !== undefined &&
    (textAt(record, "input") !== null || listOf(fieldAt(record, "input")) !== null),
  toCase(record) {
    const target = fieldAt(record, "target");
    const answers = target === undefined ? [] : textsOf(target);
    if (answers === null) return notShaped(["target"], "expected text, or a list of texts");
    const given = fieldAt(record, "choices");
    const choices = given === undefined ? [] : textsOf(given);
    if (choices === null || choices.length > MOST_CHOICES) {
      return notShaped(["choices"], `expected a list of at most ${MOST_CHOICES} texts`);
    }
    const input = promptOf(fieldAt(record, "input"));
    if (!input.ok) return input;
    return {
      ok: true,
      value: {
        ...defined({ id: textAt(record, "id") ?? undefined }),
        ...withChoices(input.fields, choices),
        ...answersOf(answers),
        ...metadataOf(record, ["id", "input", "target", "choices"]),
      },
      from: {
        prompt: ["input"],
        system: ["input"],
        messages: ["input"],
        expected: ["target"],
        references: ["target"],
      },
    };
  },
};

/** Appends the choices to the prompt, or to the last turn of the user. */
function withChoices(fields: Fields, choices: readonly string[]): Fields {
  if (choices.length === 0) return fields;
  const lines = literalTemplate(choiceLines(choices));
  const { prompt, messages } = fields;
  if (typeof prompt === "string") return { ...fields, prompt: `${prompt.trim()}\n${lines}` };
  const turns = messages as readonly Turn[];
  const last = turns.findLastIndex(({ role }) => role === "user");
  return { ...fields, messages: turns.map((turn, index) => (index === last ? appended(turn, lines) : turn)) };
}

function appended({ role, content }: Turn, lines: string): Turn {
  if (typeof content === "string") return { role, content: `${content.trim()}\n${lines}` };
  return { role, content: [...content, { type: "text", text: lines }] };
}
