import { testCaseSchema, type TestCase, type VariableValue } from "../core/dataset.ts";
import type { IdSet } from "../core/id-set.ts";
import { plainNumbers, textNumbers } from "../core/written-number.ts";
import type { Problem } from "../documents/problem.ts";
import { checkSchema } from "../documents/schema-problems.ts";
import { nearMiss } from "../documents/suggest.ts";
import { quoted } from "../documents/words.ts";
import { advised } from "./advice.ts";
import { caseTexts, ownSystem, textsIn } from "./case-texts.ts";
import { found, joined, NO_PROBLEMS, type FoundProblems } from "./found-problems.ts";
import { pathInRecord, type SourceRecord } from "./formats/record.ts";
import { areExact, inexactProblems } from "./inexact-parameters.ts";
import { canBeFilled, placeholderProblems } from "./placeholder-problems.ts";
import { fieldAt, isFields, type Fields } from "./shapes/fields.ts";

/** What the records before this one say about it. */
export interface RecordsBefore {
  readonly ids: IdSet;
  /** A place for this record, for `IdSet`. */
  readonly place: number;
  /** The place of an earlier record, in words. */
  readonly placeInWords: (place: number) => string;
  /** Whether an invalid record is left out: then it takes no id away from another one. */
  readonly mayLeaveOut: boolean;
}

export const UNIQUE_IDS = "Results are kept by id: give each case its own.";

/** Everything that is wrong with one record as a test case; nothing when it is one. */
export function recordProblems(record: SourceRecord, before: RecordsBefore): FoundProblems {
  const parsed = testCaseSchema.safeParse(plainNumbers(forSchema(record.value)));
  // Quick for what is in order: a document with its places is only made for a message.
  const ofDefaults = parsed.success ? defaultSystemProblems(record, record.value as TestCase) : NO_PROBLEMS;
  if (parsed.success && ofDefaults.count === 0 && isSendable(record.value as TestCase)) {
    return inRecord(record, found(duplicateId(record, parsed.data.id, before, true)));
  }
  const wrong = allProblems(record);
  const { value } = record;
  const id = isFields(value) ? fieldAt(value, "id") : undefined;
  const again = typeof id === "string" && id !== "" ? duplicateId(record, id, before, !before.mayLeaveOut) : [];
  return joined(inRecord(record, joined(wrong, found(again))), ofDefaults);
}

/** What a case leaves unfilled of the system text that its document has for all of them; it stands there. */
function defaultSystemProblems({ shared }: SourceRecord, testCase: TestCase): FoundProblems {
  if (shared === undefined || ownSystem(testCase) !== undefined) return NO_PROBLEMS;
  const { id, variables = {} } = testCase;
  const texts = [{ path: ["defaults", "system"], text: shared.system }];
  if (canBeFilled(texts, variables)) return NO_PROBLEMS;
  return placeholderProblems(shared.document, texts, [], { id, variables });
}

/** A record for the schema: a number in a variable is as good as its text, whatever it is. */
function forSchema(value: unknown): unknown {
  const variables = isFields(value) ? fieldAt(value, "variables") : undefined;
  const texts = textNumbers(variables);
  return isFields(value) && texts !== variables ? { ...value, variables: texts } : value;
}

const isSendable = (testCase: TestCase): boolean =>
  canBeFilled(caseTexts(testCase), testCase.variables ?? {}) && areExact(testCase.config);

/** What the schema, the templates and the parameters have to say, all at once. */
function allProblems(record: SourceRecord): FoundProblems {
  const document = record.document();
  const { value } = record;
  const checked = checkSchema(testCaseSchema, { ...document, value: forSchema(value) });
  const ofSchema = checked.ok ? NO_PROBLEMS : { problems: told(checked.problems, record), count: checked.count };
  if (!isFields(value)) return ofSchema;
  const id = fieldAt(value, "id");
  const variables = fieldAt(value, "variables");
  const known = isFields(variables) ? (variables as Readonly<Record<string, VariableValue>>) : {};
  const templates = placeholderProblems(document, textsIn(value), [], {
    id: typeof id === "string" ? id : "",
    variables: known,
    silent: silentReasons(value, checked.ok),
  });
  return joined(ofSchema, templates, found(inexactProblems(document, ["config"])));
}

/** What cannot be filled because of another mistake is not told besides that. */
function silentReasons(value: Fields, isValid: boolean): ReadonlySet<"missing" | "not_text"> {
  if (isValid) return new Set();
  const given = fieldAt(value, "variables");
  const isMisspelt = Object.keys(value).some((key) => !KEYS.includes(key) && nearMiss(key, ["variables"]) !== null);
  const isUnknown = isMisspelt || (given !== undefined && !isFields(given));
  return new Set(isUnknown ? ["missing", "not_text"] : ["not_text"]);
}

const KEYS = Object.keys(testCaseSchema.shape);

/** A list or table of somebody else's may have prompts and no ids: then nobody has to write any. */
function told(problems: readonly Problem[], { counted, value }: SourceRecord): Problem[] {
  const hasPrompt = isFields(value) && fieldAt(value, "prompt") !== undefined;
  return advised(problems, { mayNumber: hasPrompt && (counted === "line" || counted === "entry") });
}

function duplicateId(
  record: SourceRecord,
  id: string,
  { ids, place, placeInWords }: RecordsBefore,
  keepsId: boolean,
): Problem[] {
  const earlier = keepsId ? ids.add(id, place) : ids.placeOf(id);
  // Its own place stands there when another pass has met this row before.
  if (earlier === null || earlier === place) return [];
  const message = `the id ${quoted(id)} is already that of ${placeInWords(earlier)}`;
  return [{ ...record.document().locate(["id"]), path: "id", message, hint: UNIQUE_IDS }];
}

const inRecord = (record: SourceRecord, { problems, count }: FoundProblems): FoundProblems => ({
  problems: problems.map((problem) => ({ ...problem, path: pathInRecord(record, problem.path) })),
  count,
});
