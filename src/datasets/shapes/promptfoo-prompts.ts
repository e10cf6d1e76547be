import type { DocumentPath } from "../../documents/source-document.ts";
import { writtenJsonText } from "../../documents/written-json-text.ts";
import { quoted } from "../../documents/words.ts";
import { fieldAt, isFields, listOf, textAt, type Fields } from "./fields.ts";
import { fileNamed, notReadable, type FileFinder, type NamedFile } from "./promptfoo-files.ts";
import { notShaped, type NotShaped } from "./shape.ts";
import { promptOrMessages, turnsOf } from "./turns.ts";

/** One of promptfoo's prompts. */
export interface FoundPrompt {
  /** Its label, the name of its file, or `prompt-1`; distinct. */
  readonly name: string;
  /** What a test puts before and after it. */
  readonly fields: (around?: { readonly prefix: string; readonly suffix: string }) => PromptFields;
  readonly path: DocumentPath;
}

/** The fields of a case that a prompt gives. */
export type PromptFields = { readonly ok: true; readonly fields: Fields } | NotShaped;

/** The prompts of a configuration; what cannot be read is added to the problems. */
export function promptsOf(value: unknown, files: FileFinder, problems: NotShaped[]): FoundPrompt[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const names = new Set<string>();
  let count = 0;
  return list.flatMap((entry: unknown, index) => {
    const path: DocumentPath = Array.isArray(value) ? ["prompts", index] : ["prompts"];
    const raw = isFields(entry) ? (fieldAt(entry, "raw") ?? fieldAt(entry, "id")) : entry;
    if (typeof raw !== "string" || raw === "") {
      problems.push(notShaped(path, "expected a prompt as text", "Or an object with raw and label."));
      return [];
    }
    const label = isFields(entry) ? textAt(entry, "label") : null;
    return textsOfPrompt(raw, path, files, problems).flatMap(({ text, name }, _, all) => {
      count += 1;
      const wanted = (all.length === 1 ? label : null) ?? name;
      const fields: FoundPrompt["fields"] = (around) =>
        fieldsOf(around === undefined ? text : around.prefix + text + around.suffix, path);
      const read = fields();
      if (!read.ok) problems.push(read);
      const distinct = wanted === null || names.has(wanted) ? `prompt-${count}` : wanted;
      names.add(distinct);
      return read.ok ? [{ name: distinct, fields, path }] : [];
    });
  });
}

interface PromptText {
  readonly text: string;
  readonly name: string | null;
}

function textsOfPrompt(raw: string, path: DocumentPath, files: FileFinder, problems: NotShaped[]): PromptText[] {
  const name = fileNamed(raw, true);
  if (name === null) return [{ text: raw, name: null }];
  const wrong = notReadable(name, path);
  if (wrong !== null) {
    problems.push(wrong);
    return [];
  }
  return files.find(name, path).flatMap((file) => {
    const texts = textsIn(file);
    if (texts.length > 0) return texts;
    problems.push(notShaped(path, `${file.path} holds no prompt`));
    return [];
  });
}

/** The prompts of a file, as https://www.promptfoo.dev/docs/configuration/prompts describes it. */
function textsIn(file: NamedFile): PromptText[] {
  const stem = /([^/\\]+?)(\.\w+)?$/.exec(file.path)?.[1] ?? file.path;
  if (file.kind === "rows") {
    const isTable = !/\.jsonl$/i.test(file.path);
    return file.rows.flatMap(({ value }) => {
      if (!isTable) return [{ text: writtenJsonText(value), name: null }];
      const text = isFields(value) ? textAt(value, "prompt") : null;
      return text === null || !isFields(value) ? [] : [{ text, name: textAt(value, "label") }];
    });
  }
  if (/\.ya?ml$/i.test(file.path)) {
    const { value } = file;
    return [{ text: typeof value === "string" ? value : writtenJsonText(value), name: stem }];
  }
  const several = /\.txt$/i.test(file.path) ? file.text.split(/^---[ \t]*\r?$/m) : [file.text];
  const texts = several.map((text) => text.trim()).filter((text) => text !== "");
  return texts.map((text, i) => ({ text, name: texts.length > 1 ? `${stem}-${i + 1}` : stem }));
}

function fieldsOf(raw: string, path: DocumentPath): PromptFields {
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
