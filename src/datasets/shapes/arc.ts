import { areChoices, askedForLetter, letterAt, noChoices } from "./choices.ts";
import { defined, fieldAt, fieldsOf, isFields, listOf, metadataOf, textAt, textsOf, type Fields } from "./fields.ts";
import { notShaped, type RecordShape } from "./shape.ts";

interface Question {
  readonly text: string | null;
  readonly texts: readonly string[] | null;
  readonly labels: readonly string[] | null;
  /** The field that holds the choices. */
  readonly field: string;
}

/**
 * The AI2 Reasoning Challenge, as https://huggingface.co/datasets/allenai/ai2_arc has it and as it was published: each
 * choice has a label, a letter or a digit, and `answerKey` is the right one's.
 */
export const arc: RecordShape = {
  name: "arc",
  inWords: "multiple choice, as ARC: question/choices/answerKey, the letter is expected",
  recognises(record) {
    const { text, texts, labels } = questionOf(record);
    return text !== null && texts !== null && labels !== null && textAt(record, "answerKey") !== null;
  },
  toCase(record) {
    const { text, texts, labels, field } = questionOf(record);
    if (text === null) return notShaped(["question"], "expected the question, as text");
    if (!areChoices(texts)) return noChoices(field);
    if (labels === null || labels.length !== texts.length)
      return notShaped([field], "expected a label for each choice");
    const key = textAt(record, "answerKey")?.trim() ?? "";
    const expected = letterAt(labels.indexOf(key), texts);
    if (expected === null) {
      return notShaped(
        ["answerKey"],
        `this is the label of none of the choices`,
        `Their labels are ${labels.join(", ")}.`,
      );
    }
    return {
      ok: true,
      value: {
        ...defined({ id: textAt(record, "id") ?? undefined }),
        // The few questions whose labels are digits are asked like all the others: letters are shown, one is expected.
        prompt: askedForLetter(text, texts),
        expected,
        ...metadataOf(record, ["id", "question", "choices", "answerKey"]),
      },
      from: { prompt: ["question"], expected: ["answerKey"] },
    };
  },
};

function questionOf(record: Fields): Question {
  const published = fieldsOf(fieldAt(record, "question"));
  if (published !== null && textAt(published, "stem") !== null) {
    const entries = listOf(fieldAt(published, "choices"));
    const all = (key: string): string[] | null =>
      entries === null ? null : textsOf(entries.map((entry) => (isFields(entry) ? fieldAt(entry, key) : undefined)));
    return { text: textAt(published, "stem"), texts: all("text"), labels: all("label"), field: "question" };
  }
  const choices = fieldsOf(fieldAt(record, "choices")) ?? {};
  const list = (key: string): string[] | null =>
    listOf(fieldAt(choices, key)) === null ? null : textsOf(fieldAt(choices, key));
  return { text: textAt(record, "question"), texts: list("text"), labels: list("label"), field: "choices" };
}
