import { literalTemplate } from "../template.ts";
import { choiceLines, MOST_CHOICES } from "./choices.ts";
import { fieldAt, textsOf, type Fields } from "./fields.ts";
import { hasInputAnd, inputCase } from "./input-case.ts";
import { notShaped, type RecordShape } from "./shape.ts";
import type { Turn } from "./turns.ts";

/** https://inspect.aisi.org.uk/datasets.html: `input` is text or turns, `target` a right answer or several. */
export const inspect: RecordShape = {
  name: "inspect",
  inWords: "Inspect samples: input/target",
  recognises: (record) => hasInputAnd("target", record),
  toCase(record) {
    const given = fieldAt(record, "choices");
    const choices = given === undefined ? [] : textsOf(given);
    if (choices === null || choices.length > MOST_CHOICES) {
      return notShaped(["choices"], `expected a list of at most ${MOST_CHOICES} texts`);
    }
    return inputCase(record, "target", { used: ["choices"], change: (fields) => withChoices(fields, choices) });
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
