import type { VariableValue } from "../../core/dataset.ts";
import { quoted } from "../../documents/words.ts";
import { renderTemplate } from "../template.ts";
import { answersOf, fieldAt, isFields, textAt, textOf, textsOf, type Fields } from "./fields.ts";

const ONE_ANSWER = new Set(["equals", "contains", "icontains", "starts-with"]);
const ANY_ANSWER = new Set(["contains-any", "icontains-any"]);

/** What promptfoo writes before the colon of an expected cell; `not-` may stand before each. */
const KINDS = new Set(
  `answer-relevance bleu classifier contains contains-all contains-any contains-html contains-json contains-sql
  contains-xml context-faithfulness context-recall context-relevance cost equals eval factuality finish-reason fn
  g-eval gleu grade guardrails icontains icontains-all icontains-any is-html is-json is-refusal is-sql
  is-valid-function-call is-valid-openai-function-call is-valid-openai-tools-call is-xml javascript latency levenshtein
  llm-rubric meteor model-graded-closedqa model-graded-factuality moderation perplexity perplexity-score pi python
  regex rouge-n ruby select-best similar starts-with webhook word-count`.split(/\s+/),
);
const LISTS = /^(not-)?i?contains-(any|all)$/;

/** The assertion that a cell of a table stands for: `contains: red`, `similar(0.8): a dog`, or a text that is expected as it is. */
export function assertFromText(text: string): Fields {
  const [, kind = "", threshold, value] = /^([a-z-]+)(?:\(([\d.]+)\))?(?::([\s\S]*))?$/.exec(text) ?? [];
  if (text.startsWith("file://")) return { type: "file", value: text };
  if (!KINDS.has(kind.replace(/^not-/, ""))) return { type: "equals", value: text };
  const given = value?.trim();
  return {
    type: kind,
    ...(given === undefined ? {} : { value: LISTS.test(kind) ? given.split(",").map((one) => one.trim()) : given }),
    ...(threshold === undefined ? {} : { threshold: Number(threshold) }),
  };
}

/**
 * What a test's assertions say of a right answer. The first that names one counts: further ones demand something
 * besides, which `references`, the other right answers, would not say. `others` names those that found no place.
 */
export function answersFromAsserts(
  asserts: readonly unknown[],
  variables: Readonly<Record<string, VariableValue>>,
): { answers: { expected?: string; references?: string[] }; others: string[] } {
  let answers: { expected?: string; references?: string[] } = {};
  const others: string[] = [];
  for (const assert of asserts) {
    const kind = isFields(assert) ? textAt(assert, "type") : null;
    const found =
      answers.expected === undefined && isFields(assert) ? rightAnswers(kind, fieldAt(assert, "value")) : null;
    if (found === null) others.push(kind === null ? "without a type" : quoted(kind));
    else answers = answersOf(found.map((text) => renderTemplate(text, variables).text));
  }
  return { answers, others };
}

function rightAnswers(kind: string | null, value: unknown): string[] | null {
  if (kind === null || value === undefined) return null;
  if (ONE_ANSWER.has(kind)) {
    const text = textOf(value);
    return text === null || isElsewhere(text) ? null : [text];
  }
  if (!ANY_ANSWER.has(kind)) return null;
  const texts = typeof value === "string" ? value.split(",").map((one) => one.trim()) : textsOf(value);
  return texts === null || texts.length === 0 || texts.some(isElsewhere) ? null : texts;
}

const isElsewhere = (text: string): boolean => text === "" || /^(file|javascript|python):/.test(text);
