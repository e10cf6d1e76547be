import type { DocumentPath } from "../../documents/source-document.ts";
import { quoted } from "../../documents/words.ts";
import { fieldAt, isFields, listOf, textAt, type Fields } from "./fields.ts";
import { notShaped, type NotShaped } from "./shape.ts";
import { promptOrMessages, turnsOf } from "./turns.ts";

/** One of promptfoo's prompts, as the fields of a case. */
export interface FoundPrompt {
  /** Its label, or `prompt-1`; distinct. */
  readonly name: string;
  readonly fields: Fields;
  readonly path: DocumentPath;
}

/** The prompts of a configuration; what cannot be read is added to the problems. */
export function promptsOf(value: unknown, problems: NotShaped[]): FoundPrompt[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const names = new Set<string>();
  return list.flatMap((entry: unknown, index) => {
    const path: DocumentPath = Array.isArray(value) ? ["prompts", index] : ["prompts"];
    const raw = isFields(entry) ? fieldAt(entry, "raw") : entry;
    if (typeof raw !== "string" || raw === "") {
      problems.push(notShaped(path, "expected a prompt as text", "Or an object with raw and label."));
      return [];
    }
    const fields = fieldsOf(raw, path);
    if (!fields.ok) {
      problems.push(fields);
      return [];
    }
    const label = isFields(entry) ? textAt(entry, "label") : null;
    const name = label === null || names.has(label) ? `prompt-${index + 1}` : label;
    names.add(name);
    return [{ name, fields: fields.fields, path }];
  });
}

function fieldsOf(raw: string, path: DocumentPath): { ok: true; fields: Fields } | NotShaped {
  if (
    /^(file|exec|python|package):\/\//.test(raw) ||
    /^\S+\.(txt|json|jsonl|ya?ml|md|csv|j2|[cm]?[jt]s|py)$/.test(raw)
  ) {
    return notShaped(path, `the prompt ${quoted(raw)} stands in a file of its own`, "Write its text here.");
  }
  const logic = /\{%|\{#|\{\{(?!\s*[\p{L}\p{M}\p{N}_$]+(?:\.[\p{L}\p{M}\p{N}_$]+)*\s*\}\})[^}]*\}\}/u.exec(raw);
  if (logic !== null) {
    return notShaped(path, `${quoted(logic[0])} is template logic, which is not run`, "Only {{name}} and {{a.b}} are.");
  }
  const list = listOf(raw);
  if (list === null || !list.every((turn) => isFields(turn) && textAt(turn, "role") !== null)) {
    return { ok: true, fields: { prompt: raw } };
  }
  const read = turnsOf(list, "prompts", (text) => text);
  return read.ok ? { ok: true, fields: promptOrMessages(read.turns) } : { ...read, path };
}
