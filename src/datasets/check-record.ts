import { testCaseSchema, type TestCase } from "../core/dataset.ts";
import type { Problem } from "../documents/problem.ts";
import { checkSchema } from "../documents/schema-problems.ts";
import { quoted } from "../documents/words.ts";
import { advised } from "./advice.ts";
import { caseTexts } from "./case-texts.ts";
import { placeholderProblems, UNIQUE_IDS } from "./check-cases.ts";
import { pathInRecord, type SourceRecord } from "./formats/record.ts";
import type { IdSet } from "../core/id-set.ts";
import { fieldAt, isFields } from "./shapes/fields.ts";
import { renderTemplate } from "./template.ts";

/** What the records before this one say about it. */
export interface RecordsBefore {
  readonly ids: IdSet;
  /** A place for this record, for `IdSet`. */
  readonly place: number;
  /** The place of an earlier record, in words. */
  readonly placeInWords: (place: number) => string;
}

/** Everything that is wrong with one record as a test case; empty when it is one. */
export function recordProblems(record: SourceRecord, before: RecordsBefore): Problem[] {
  const parsed = testCaseSchema.safeParse(record.value);
  // Quick for what is in order: a document with its places is only made for a message.
  if (parsed.success && isFilled(record.value as TestCase)) {
    return duplicateId(record, parsed.data.id, before).map((problem) => withRow(record, problem));
  }
  const document = record.document();
  const checked = checkSchema(testCaseSchema, document);
  const problems = checked.ok ? placeholderProblems(document, checked.value, []) : told(checked.problems, record);
  const { value } = record;
  const id: unknown = typeof value === "object" && value !== null ? Reflect.get(value, "id") : undefined;
  if (typeof id === "string" && id !== "") problems.push(...duplicateId(record, id, before));
  return problems.map((problem) => withRow(record, problem));
}

/** A list or table of somebody else's may have prompts and no ids: then nobody has to write any. */
function told(problems: readonly Problem[], { counted, value }: SourceRecord): Problem[] {
  const hasPrompt = isFields(value) && fieldAt(value, "prompt") !== undefined;
  return advised(problems, { mayNumber: hasPrompt && (counted === "line" || counted === "entry") });
}

function isFilled(testCase: TestCase): boolean {
  const { variables = {} } = testCase;
  return caseTexts(testCase).every(
    ({ text }) => !text.includes("{{") || renderTemplate(text, variables).unfilled.length === 0,
  );
}

function duplicateId(record: SourceRecord, id: string, { ids, place, placeInWords }: RecordsBefore): Problem[] {
  const earlier = ids.add(id, place);
  // Its own place stands there when another pass has met this row before.
  if (earlier === null || earlier === place) return [];
  const message = `the id ${quoted(id)} is already that of ${placeInWords(earlier)}`;
  return [{ ...record.document().locate(["id"]), path: "id", message, hint: UNIQUE_IDS }];
}

const withRow = (record: SourceRecord, problem: Problem): Problem => ({
  ...problem,
  path: pathInRecord(record, problem.path),
});
