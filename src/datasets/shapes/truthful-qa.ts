import { literalTemplate } from "../template.ts";
import { answersOf, defined, fieldAt, metadataOf, textAt, textsOf } from "./fields.ts";
import { notShaped, type RecordShape } from "./shape.ts";

/** https://huggingface.co/datasets/truthfulqa/truthful_qa, `generation`: a question with right and wrong answers. */
export const truthfulQa: RecordShape = {
  name: "truthful-qa",
  inWords: "TruthfulQA: question/best_answer, the other correct answers as references",
  recognises: (record) => textAt(record, "question") !== null && textAt(record, "best_answer") !== null,
  toCase(record) {
    const question = textAt(record, "question");
    if (question === null) return notShaped(["question"], "expected the question, as text");
    const best = textAt(record, "best_answer");
    if (best === null) return notShaped(["best_answer"], "expected the best answer, as text");
    const correct = textsOf(fieldAt(record, "correct_answers") ?? []);
    if (correct === null) return notShaped(["correct_answers"], "expected text, or a list of texts");
    return {
      ok: true,
      value: {
        ...defined({ id: textAt(record, "id") ?? undefined, category: textAt(record, "category") ?? undefined }),
        prompt: literalTemplate(question),
        ...answersOf([...new Set([best, ...correct])]),
        ...metadataOf(record, ["id", "category", "question", "best_answer", "correct_answers"]),
      },
      from: { prompt: ["question"], expected: ["best_answer"], references: ["correct_answers"] },
    };
  },
};
