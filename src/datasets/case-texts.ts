import type { TestCase } from "../core/dataset.ts";
import type { DocumentPath } from "../documents/source-document.ts";
import { fieldAt, isFields, type Fields } from "./shapes/fields.ts";

/** A text of a case that may be a template, and where it stands in the case. */
export interface CaseText {
  readonly path: DocumentPath;
  readonly text: string;
}

/** Every text of a case that is filled with its variables; not the dataset's default system text. */
export function caseTexts(testCase: TestCase): CaseText[] {
  return textsIn(testCase);
}

/** The same of what may be no valid case: whatever else stands there is left out. */
export function textsIn(value: Fields): CaseText[] {
  const texts: CaseText[] = [];
  const add = (text: unknown, path: DocumentPath): void => {
    if (typeof text === "string") texts.push({ path, text });
  };
  add(value["prompt"], ["prompt"]);
  const { messages, config } = value;
  for (const [index, turn] of Array.isArray(messages) ? messages.entries() : []) {
    const content: unknown = isFields(turn) ? fieldAt(turn, "content") : undefined;
    const path = ["messages", index, "content"];
    add(content, path);
    for (const [at, part] of Array.isArray(content) ? content.entries() : []) {
      if (!isFields(part)) continue;
      for (const key of ["text", "url", "file"]) add(fieldAt(part, key), [...path, at, key]);
    }
  }
  add(value["system"], ["system"]);
  if (isFields(config)) add(fieldAt(config, "system"), ["config", "system"]);
  return texts;
}

/** The system text that a case gives itself; those of the target and of the dataset then stand back. */
export function ownSystem({ messages, system, config }: TestCase): string | undefined {
  const [first] = messages ?? [];
  const turn = first?.role === "system" && typeof first.content === "string" ? first.content : undefined;
  return turn ?? system ?? config?.system;
}
