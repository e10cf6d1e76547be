import { WrittenNumber } from "../../core/written-number.ts";
import { literalTemplate } from "../template.ts";
import { textOf } from "./fields.ts";
import { notShaped, type NotShaped } from "./shape.ts";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** The most alternatives that letters can name. */
export const MOST_CHOICES = LETTERS.length;

/** The lines that follow a question: `A. …` and so on, and what the model is to complete. */
export function choiceLines(choices: readonly string[]): string {
  const lines = choices.map((choice, index) => `${LETTERS[index] ?? ""}. ${choice}`);
  return [...lines, "Answer:"].join("\n");
}

/** A question with its choices, as a prompt that asks for a letter. */
export const askedForLetter = (question: string, choices: readonly string[]): string =>
  literalTemplate(`${question.trim()}\n${choiceLines(choices)}`);

/** Whether letters can name these choices, and there is something to choose. */
export function areChoices(choices: readonly string[] | null): choices is readonly string[] {
  return choices !== null && choices.length >= 2 && choices.length <= MOST_CHOICES;
}

/** What is said where they are none, of the field that should hold them. */
export const noChoices = (field: string): NotShaped =>
  notShaped([field], `expected a list of 2 to ${MOST_CHOICES} texts`);

/** The letter of the choice at an index from 0; null where there is none. */
export function letterAt(index: number, choices: readonly string[]): string | null {
  return index >= 0 && index < choices.length ? (LETTERS[index] ?? null) : null;
}

/**
 * The letter of a right answer that is given as an index from 0, a letter, or the choice's own text. Null for what is
 * none of them, and for text that could be two of them: `2` among the choices 1, 2, 3, 4.
 */
export function letterOf(answer: unknown, choices: readonly string[]): string | null {
  // An index is a number, however it is written: tables of floats say 1.0.
  if (answer instanceof WrittenNumber) return letterOf(answer.valueOf(), choices);
  const given = (textOf(answer) ?? "").trim();
  const byName = /^\d+$/.test(given) ? Number(given) : given.length === 1 ? LETTERS.indexOf(given.toUpperCase()) : -1;
  const named = letterAt(byName, choices);
  if (typeof answer === "number") return named;
  const letters = choices.flatMap((choice, index) => (choice.trim() === given ? [letterAt(index, choices)] : []));
  const [only, ...others] = new Set(named === null ? letters : [named, ...letters]);
  return others.length === 0 ? (only ?? null) : null;
}
