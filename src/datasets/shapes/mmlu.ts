import { areChoices, askedForLetter, letterOf, noChoices } from "./choices.ts";
import { defined, fieldAt, listOf, metadataOf, textAt, textsOf, type Fields } from "./fields.ts";
import { notShaped, type RecordShape } from "./shape.ts";

/** The columns of MMLU's own tables, which come without a header. */
export const MMLU_COLUMNS: readonly string[] = ["question", "A", "B", "C", "D", "answer"];
const LETTERED = MMLU_COLUMNS.slice(1, -1);

/** A question with choices, as in https://huggingface.co/datasets/cais/mmlu; the answer is an index or a letter. */
export const mmlu: RecordShape = {
  name: "mmlu",
  inWords: "multiple choice, as MMLU: question/choices/answer, the letter is expected",
  recognises: (record) =>
    textAt(record, "question") !== null &&
    (listOf(fieldAt(record, "choices")) !== null || isLettered(record)) &&
    textAt(record, "answer") !== null,
  toCase(record) {
    const question = textAt(record, "question");
    if (question === null) return notShaped(["question"], "expected the question, as text");
    const choices = choicesOf(record);
    if (!areChoices(choices)) return noChoices("choices");
    const answer = fieldAt(record, "answer");
    const expected = isLetterOf(record, answer) ? answer : letterOf(answer, choices);
    if (expected === null) {
      return notShaped(
        ["answer"],
        `this answer is not plainly one of the ${choices.length} choices`,
        "It is an index from 0, a letter, or the text of one choice.",
      );
    }
    return {
      ok: true,
      value: {
        ...defined({ id: textAt(record, "id") ?? undefined, category: textAt(record, "subject") ?? undefined }),
        prompt: askedForLetter(question, choices),
        expected,
        ...metadataOf(record, ["id", "subject", "question", "choices", "answer", ...LETTERED]),
      },
      from: { category: ["subject"], prompt: ["question"], expected: ["answer"] },
    };
  },
};

const isLettered = (record: Fields): boolean => LETTERED.every((letter) => textAt(record, letter) !== null);

/** Beside columns called by letters a letter is a column's name, even where a choice is that letter: vitamin C. */
const isLetterOf = (record: Fields, answer: unknown): answer is string =>
  fieldAt(record, "choices") === undefined && typeof answer === "string" && LETTERED.includes(answer);

function choicesOf(record: Fields): string[] | null {
  const listed = fieldAt(record, "choices");
  if (listed !== undefined) return textsOf(listed);
  const lettered = LETTERED.map((letter) => textAt(record, letter)).filter((choice) => choice !== null);
  return lettered.length === LETTERED.length ? lettered : null;
}
