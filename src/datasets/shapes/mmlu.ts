import { literalTemplate } from "../template.ts";
import { choiceLines, letterOf, MOST_CHOICES } from "./choices.ts";
import { defined, fieldAt, listOf, metadataOf, textAt, textsOf } from "./fields.ts";
import { notShaped, type RecordShape } from "./shape.ts";

/** A question with choices, as in https://huggingface.co/datasets/cais/mmlu; the answer is an index or a letter. */
export const mmlu: RecordShape = {
  name: "mmlu",
  inWords: "multiple choice, as MMLU: question/choices/answer, the letter is expected",
  recognises: (record) =>
    textAt(record, "question") !== null &&
    listOf(fieldAt(record, "choices")) !== null &&
    textAt(record, "answer") !== null,
  toCase(record) {
    const question = textAt(record, "question");
    if (question === null) return notShaped(["question"], "expected the question, as text");
    const choices = textsOf(fieldAt(record, "choices"));
    if (choices === null || choices.length < 2 || choices.length > MOST_CHOICES) {
      return notShaped(["choices"], `expected a list of 2 to ${MOST_CHOICES} texts`);
    }
    const expected = letterOf(fieldAt(record, "answer"), choices);
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
        prompt: literalTemplate(`${question.trim()}\n${choiceLines(choices)}`),
        expected,
        ...metadataOf(record, ["id", "subject", "question", "choices", "answer"]),
      },
      from: { category: ["subject"], prompt: ["question"], expected: ["answer"] },
    };
  },
};
