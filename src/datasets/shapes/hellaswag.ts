import { areChoices, askedForLetter, letterAt, noChoices } from "./choices.ts";
import { defined, fieldAt, listOf, metadataOf, textAt, textsOf } from "./fields.ts";
import { notShaped, type RecordShape } from "./shape.ts";

/** https://huggingface.co/datasets/Rowan/hellaswag: the beginning of a text, and endings of which one is right. */
export const hellaswag: RecordShape = {
  name: "hellaswag",
  inWords: "multiple choice, as HellaSwag: ctx/endings/label, the letter is expected",
  recognises: (record) =>
    textAt(record, "ctx") !== null &&
    listOf(fieldAt(record, "endings")) !== null &&
    fieldAt(record, "label") !== undefined,
  toCase(record) {
    const context = textAt(record, "ctx");
    if (context === null) return notShaped(["ctx"], "expected the beginning of the text");
    const endings = textsOf(fieldAt(record, "endings"));
    if (!areChoices(endings)) return noChoices("endings");
    const label = textAt(record, "label") ?? "";
    const expected = /^\d+$/.test(label) ? letterAt(Number(label), endings) : null;
    if (expected === null && label !== "") {
      return notShaped(["label"], "this is no ending's number", `The first is 0, the last ${endings.length - 1}.`);
    }
    return {
      ok: true,
      value: {
        ...defined({ id: textAt(record, "id") ?? undefined, category: textAt(record, "activity_label") ?? undefined }),
        prompt: askedForLetter(`How does this text go on?\n\n${context}`, endings),
        // The test split keeps its labels secret: they are empty there.
        ...defined({ expected: expected ?? undefined }),
        ...metadataOf(record, ["id", "activity_label", "ctx", "endings", "label"]),
      },
      from: { category: ["activity_label"], prompt: ["ctx"], expected: ["label"] },
    };
  },
};
