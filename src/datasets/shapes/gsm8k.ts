import { literalTemplate } from "../template.ts";
import { defined, fieldAt, metadataOf, textAt } from "./fields.ts";
import { notShaped, type RecordShape } from "./shape.ts";

const BEFORE_ANSWER = "####";

/** https://github.com/openai/grade-school-math: the answer ends in `#### 72`, and what stands before is its reasoning. */
export const gsm8k: RecordShape = {
  name: "gsm8k",
  inWords: `GSM8K: question/answer, the part behind ${BEFORE_ANSWER} is expected`,
  recognises: (record) =>
    textAt(record, "question") !== null &&
    (textAt(record, "answer") ?? "").includes(BEFORE_ANSWER) &&
    fieldAt(record, "choices") === undefined,
  toCase(record) {
    const question = textAt(record, "question");
    if (question === null) return notShaped(["question"], "expected the question, as text");
    const answer = textAt(record, "answer") ?? "";
    const mark = answer.lastIndexOf(BEFORE_ANSWER);
    const expected = mark < 0 ? "" : answer.slice(mark + BEFORE_ANSWER.length).trim();
    if (expected === "") {
      return notShaped(
        ["answer"],
        `this answer has nothing behind ${BEFORE_ANSWER}`,
        "GSM8K's answers end in #### 72.",
      );
    }
    const plain = expected.replaceAll(/(?<=\d),(?=\d{3})/g, "");
    return {
      ok: true,
      value: {
        ...defined({ id: textAt(record, "id") ?? undefined }),
        prompt: literalTemplate(question),
        expected,
        ...(plain === expected ? {} : { references: [plain] }),
        metadata: {
          ...metadataOf(record, ["id", "question", "answer"]).metadata,
          solution: answer.slice(0, mark).trim(),
        },
      },
      from: { prompt: ["question"], expected: ["answer"], references: ["answer"] },
    };
  },
};
