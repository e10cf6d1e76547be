import { literalTemplate } from "../template.ts";
import { defined, metadataOf, textAt } from "./fields.ts";
import { notShaped, type RecordShape } from "./shape.ts";

/**
 * https://github.com/tatsu-lab/stanford_alpaca: an instruction, perhaps with an input, and an output. Dolly says
 * `context` and `response` (https://huggingface.co/datasets/databricks/databricks-dolly-15k).
 */
export const alpaca: RecordShape = {
  name: "alpaca",
  inWords: "Alpaca instructions: instruction/input/output",
  recognises: (record) =>
    textAt(record, "instruction") !== null && (textAt(record, "output") ?? textAt(record, "response")) !== null,
  toCase(record) {
    const instruction = textAt(record, "instruction");
    if (instruction === null) return notShaped(["instruction"], "expected the instruction, as text");
    const input = textAt(record, "input") ?? textAt(record, "context");
    const answer = textAt(record, "output") === null ? "response" : "output";
    return {
      ok: true,
      value: {
        ...defined({ id: textAt(record, "id") ?? undefined, category: textAt(record, "category") ?? undefined }),
        prompt: literalTemplate(input === null ? instruction : `${instruction}\n\n${input}`),
        ...defined({ expected: textAt(record, answer) ?? undefined }),
        ...metadataOf(record, ["id", "category", "instruction", "input", "context", answer]),
      },
      from: { prompt: ["instruction"], expected: [answer] },
    };
  },
};
