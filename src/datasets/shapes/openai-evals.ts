import { hasInputAnd, inputCase } from "./input-case.ts";
import type { RecordShape } from "./shape.ts";

/** https://github.com/openai/evals: `input` is text or turns, `ideal` a right answer or several. */
export const openaiEvals: RecordShape = {
  name: "openai-evals",
  inWords: "OpenAI evals: input/ideal",
  recognises: (record) => hasInputAnd("ideal", record),
  toCase: (record) => inputCase(record, "ideal"),
};
