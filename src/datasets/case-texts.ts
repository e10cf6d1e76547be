import type { TestCase } from "../core/dataset.ts";
import type { DocumentPath } from "../documents/source-document.ts";

/** A text of a case that may be a template, and where it stands in the case. */
export interface CaseText {
  readonly path: DocumentPath;
  readonly text: string;
}

/** Every text of a case that is filled with its variables; not the dataset's default system text. */
export function caseTexts({ prompt, messages = [], system, config }: TestCase): CaseText[] {
  const texts: CaseText[] = prompt === undefined ? [] : [{ path: ["prompt"], text: prompt }];
  for (const [index, { content }] of messages.entries()) {
    const path = ["messages", index, "content"];
    if (typeof content === "string") texts.push({ path, text: content });
    else {
      for (const [part, value] of content.entries()) {
        for (const key of ["text", "url", "file"] as const) {
          const text = key in value ? (value as Partial<Record<typeof key, string>>)[key] : undefined;
          if (text !== undefined) texts.push({ path: [...path, part, key], text });
        }
      }
    }
  }
  if (system !== undefined) texts.push({ path: ["system"], text: system });
  if (config?.system !== undefined) texts.push({ path: ["config", "system"], text: config.system });
  return texts;
}

/** The system text that a case gives itself; those of the target and of the dataset then stand back. */
export function ownSystem({ messages, system, config }: TestCase): string | undefined {
  const [first] = messages ?? [];
  const turn = first?.role === "system" && typeof first.content === "string" ? first.content : undefined;
  return turn ?? system ?? config?.system;
}
