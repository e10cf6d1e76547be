import { literalTemplate } from "../template.ts";
import { answersOf, defined, fieldAt, isFields, listOf, metadataOf, textAt, textsOf } from "./fields.ts";
import { notShaped, type RecordShape } from "./shape.ts";

/** https://huggingface.co/datasets/rajpurkar/squad: a question on a text, and the right answers that stand in it. */
export const squad: RecordShape = {
  name: "squad",
  inWords: "SQuAD: context/question/answers",
  recognises: (record) =>
    textAt(record, "context") !== null &&
    textAt(record, "question") !== null &&
    isFields(fieldAt(record, "answers")) &&
    textsIn(fieldAt(record, "answers")) !== null,
  toCase(record) {
    const [context, question] = [textAt(record, "context"), textAt(record, "question")];
    if (context === null) return notShaped(["context"], "expected the text that is asked about");
    if (question === null) return notShaped(["question"], "expected the question, as text");
    const answers = textsIn(fieldAt(record, "answers"));
    if (answers === null) return notShaped(["answers"], "expected answers with a list of texts");
    return {
      ok: true,
      value: {
        ...defined({ id: textAt(record, "id") ?? undefined, category: textAt(record, "title") ?? undefined }),
        prompt: literalTemplate(`${context}\n\n${question}`),
        ...answersOf([...new Set(answers)]),
        ...metadataOf(record, ["id", "title", "context", "question", "answers"]),
      },
      from: { prompt: ["question"], expected: ["answers"], references: ["answers"] },
    };
  },
};

/** SQuAD 2 has questions without an answer: their list is empty. */
function textsIn(answers: unknown): string[] | null {
  const texts = isFields(answers) ? fieldAt(answers, "text") : undefined;
  return listOf(texts) === null ? null : textsOf(texts);
}
