import type { VariableValue } from "../../core/dataset.ts";
import { BenchError } from "../../core/errors.ts";
import { WrittenNumber } from "../../core/written-number.ts";
import { writtenJsonText } from "../../documents/written-json-text.ts";
import { valueAt, type DocumentPath } from "../../documents/source-document.ts";
import { didYouMean } from "../../documents/suggest.ts";
import { quoted } from "../../documents/words.ts";
import { literalTemplate, templateLogic, templateVariables } from "../template.ts";
import { answersOf, fieldAt, isFields, textOf, textsOf, type Fields } from "./fields.ts";
import { notShaped, type NotShaped, type Origins, type RecordShape, type Shaped, type ShapedCase } from "./shape.ts";

/** Which column gives which field, `{ prompt: "question", "variables.x": "meta.x" }`. */
export type FieldMap = Readonly<Record<string, string>>;

export interface Mapping {
  readonly map: FieldMap;
  /** A template of the columns' names, in place of a prompt. */
  readonly prompt?: string;
}

const FIELDS = ["id", "category", "prompt", "messages", "system", "expected", "references", "metadata"];
const NESTED = new Set(["variables", "metadata"]);
/** Taken without being mapped where a column is called so. */
const KEPT = ["id", "category", "expected", "prompt", "system"];
const SHOWN_COLUMNS = 20;

/** Reads `prompt=question,expected=answer`; throws `BenchError("usage")`. */
export function parseMap(text: string): FieldMap {
  const entries = text.split(",").map((pair) => {
    const at = pair.indexOf("=");
    const [target, source] = [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
    if (at < 1 || target === "" || source === "") {
      throw new BenchError("usage", `--map: ${quoted(pair)} is not of the form field=column`, {
        hint: "Write it like --map prompt=question,expected=answer,id=idx.",
      });
    }
    return [target, source] as const;
  });
  const twice = entries.find(([target], index) => entries.findIndex(([other]) => other === target) !== index);
  if (twice !== undefined) throw new BenchError("usage", `--map: ${quoted(twice[0])} is given twice`);
  return Object.fromEntries(entries);
}

/** A mapping whose fields exist; throws `BenchError("usage")` for one that does not, and for two prompts. */
export function checkedMapping({ map, prompt }: Mapping): Mapping {
  for (const target of Object.keys(map)) {
    const [first = "", ...rest] = target.split(".");
    if (rest.length > 0 && NESTED.has(first) && !rest.includes("")) continue;
    if (rest.length === 0 && FIELDS.includes(first)) continue;
    throw new BenchError("usage", `a test case has no field ${quoted(target)}${didYouMean(target, FIELDS)}`, {
      hint: `Fields are ${FIELDS.join(", ")}, and variables.NAME and metadata.NAME.`,
    });
  }
  if (prompt !== undefined && (Object.hasOwn(map, "prompt") || Object.hasOwn(map, "messages"))) {
    throw new BenchError("usage", "the prompt is given twice: as a template and as a column", { hint: "Keep one." });
  }
  const logic = prompt === undefined ? undefined : templateLogic(prompt);
  if (logic !== undefined) {
    throw new BenchError("usage", `--prompt: ${quoted(logic)} is template logic, which is not run`, {
      hint: `Only {{column}} and {{a.b}} are filled in. If the text itself is meant, escape it: \\${logic.slice(0, 2)}.`,
    });
  }
  // On a command line a newline is hard to write.
  return prompt === undefined ? { map } : { map, prompt: prompt.replaceAll(String.raw`\n`, "\n") };
}

/**
 * Says that a column which a mapping names is in none of these records, with those that are; throws
 * `BenchError("dataset")`. For a file's first records: in later ones a field may be absent.
 */
export function requireColumns({ map, prompt }: Mapping, records: readonly unknown[], file: string): void {
  const known = records.filter(isFields);
  const columns = [...new Set(known.flatMap((record) => columnNames(record)))];
  const asked = [...Object.values(map), ...(prompt === undefined ? [] : templateVariables(prompt))];
  const isVariable = (name: string): boolean => Object.hasOwn(map, `variables.${name}`);
  for (const source of asked) {
    if (isVariable(source) || known.some((record) => sourceAt(record, source) !== undefined)) continue;
    // A column of nulls is a column.
    if (columns.includes(source)) continue;
    const more = columns.length > SHOWN_COLUMNS ? ` and ${columns.length - SHOWN_COLUMNS} more` : "";
    throw new BenchError("dataset", `${file} has no column ${quoted(source)}${didYouMean(source, columns)}`, {
      hint: `The columns are ${columns.slice(0, SHOWN_COLUMNS).map(quoted).join(", ")}${more}.`,
    });
  }
}

/** The shape that a mapping makes; `base` gives what is not mapped, where the file has a known shape besides. */
export function mappedShape(mapping: Mapping, base: RecordShape | null): RecordShape {
  const words = Object.entries(mapping.map).map(([target, source]) => `${target} from ${source}`);
  const template = mapping.prompt === undefined ? [] : ["prompt from a template of columns"];
  return {
    name: "map",
    inWords: [...template, ...words].join(", "),
    recognises: () => false,
    toCase(record) {
      const before = base === null ? kept(record, takesVariables(mapping)) : base.toCase(record);
      return before.ok ? mapped(record, mapping, before.value, before.from) : before;
    },
  };
}

/** Texts in which double braces are text, unless variables are mapped beside them. */
const TEMPLATES = new Set(["prompt", "system"]);

const takesVariables = ({ map }: Mapping): boolean =>
  Object.keys(map).some((target) => target.startsWith("variables."));

const asField = (field: string, text: string, asTemplate: boolean): string =>
  TEMPLATES.has(field) && !asTemplate ? literalTemplate(text) : text;

function kept(record: Fields, asTemplate: boolean): ShapedCase {
  const entries = KEPT.flatMap((key) => {
    const text = textOf(fieldAt(record, key));
    return text === null || text === "" ? [] : [[key, asField(key, text, asTemplate)] as const];
  });
  return { ok: true, value: Object.fromEntries(entries), from: {} };
}

function mapped(record: Fields, mapping: Mapping, before: Fields, origins: Origins): Shaped {
  const value: Record<string, unknown> = { ...before };
  const from: Record<string, DocumentPath> = { ...origins };
  const nested: Record<string, [string, unknown][]> = {};
  const { map, prompt } = mapping;
  const asTemplate = takesVariables(mapping);
  const wrong: NotShaped[] = [];
  for (const [target, source] of Object.entries(map)) {
    const found = sourceAt(record, source);
    if (found === undefined) continue;
    const [first = "", ...rest] = target.split(".");
    if (rest.length > 0) {
      const entry = first === "variables" ? variableOf(found) : found;
      (nested[first] ??= []).push([rest.join("."), entry]);
      continue;
    }
    const read = fieldFrom(target, found, asTemplate);
    if (read === null) {
      wrong.push(notShaped(pathOf(record, source), `this cannot be the ${target} of a test case`));
      continue;
    }
    if (target === "prompt") delete value["messages"];
    if (target === "messages") delete value["prompt"];
    Object.assign(value, read);
    for (const field of Object.keys(read)) from[field] = pathOf(record, source);
  }
  if (prompt !== undefined) {
    delete value["messages"];
    value["prompt"] = prompt;
    for (const name of templateVariables(prompt)) {
      const [first = name] = name.split(".");
      const found = fieldAt(record, first);
      if (found !== undefined) (nested["variables"] ??= []).unshift([first, variableOf(found)]);
    }
  }
  for (const [field, entries] of Object.entries(nested)) {
    const earlier = value[field];
    value[field] = Object.fromEntries([...(isFields(earlier) ? Object.entries(earlier) : []), ...entries]);
  }
  const [first, ...others] = wrong;
  return first === undefined ? { ok: true, value, from } : { ...first, others };
}

/** A column's value as a field; null where it cannot be one. A prompt is a template only beside mapped variables. */
function fieldFrom(target: string, found: unknown, asTemplate: boolean): Fields | null {
  if (target === "messages") return { messages: found };
  if (target === "metadata") return { metadata: isFields(found) ? found : { value: found } };
  if (target === "references" || target === "expected") {
    const texts = textsOf(found);
    if (texts === null) return null;
    return target === "references" ? { references: texts } : answersOf(texts);
  }
  const text = textOf(found);
  if (text === null) return null;
  return { [target]: asField(target, text, asTemplate) };
}

/** A variable is text, a number or a truth value, or a nest of them; a list becomes JSON. */
function variableOf(value: unknown): VariableValue {
  if (isFields(value)) {
    const entries = Object.entries(value).filter(([, entry]) => entry !== null && entry !== undefined);
    return Object.fromEntries(entries.map(([key, entry]) => [key, variableOf(entry)]));
  }
  if (typeof value === "number" || typeof value === "boolean" || value instanceof WrittenNumber) return value;
  return textOf(value) ?? writtenJsonText(value);
}

/** A column of that very name, else the way into one: `meta.q`. */
function sourceAt(record: Fields, source: string): unknown {
  return fieldAt(record, source) ?? valueAt(record, source.split(".")) ?? undefined;
}

function pathOf(record: Fields, source: string): DocumentPath {
  return fieldAt(record, source) === undefined ? source.split(".") : [source];
}

function columnNames(record: Fields, prefix = "", depth = 0): string[] {
  return Object.entries(record).flatMap(([key, value]) => {
    const inside = isFields(value) && depth < 3 ? columnNames(value, `${prefix}${key}.`, depth + 1) : [];
    return [prefix + key].concat(inside);
  });
}
