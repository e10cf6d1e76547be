import { literalTemplate } from "../template.ts";
import { defined, metadataOf, textAt } from "./fields.ts";
import { notShaped, type RecordShape } from "./shape.ts";

/** https://github.com/openai/human-eval: a function to complete, with its solution and its test. */
export const humanEval: RecordShape = {
  name: "human-eval",
  inWords: "HumanEval: prompt/canonical_solution, the test in the metadata",
  recognises: (record) =>
    textAt(record, "task_id") !== null &&
    textAt(record, "prompt") !== null &&
    (textAt(record, "canonical_solution") ?? textAt(record, "entry_point")) !== null,
  toCase(record) {
    const prompt = textAt(record, "prompt");
    if (prompt === null) return notShaped(["prompt"], "expected the function to complete, as text");
    return {
      ok: true,
      value: {
        ...defined({ id: textAt(record, "task_id") ?? undefined }),
        prompt: literalTemplate(prompt),
        ...defined({ expected: textAt(record, "canonical_solution") ?? undefined }),
        ...metadataOf(record, ["task_id", "prompt", "canonical_solution"]),
      },
      from: { id: ["task_id"], prompt: ["prompt"], expected: ["canonical_solution"] },
    };
  },
};
