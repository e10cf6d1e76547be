import { WrittenNumber } from "../core/written-number.ts";
import type { Problem } from "../documents/problem.ts";
import { pathText, valueAt, type DocumentPath, type SourceDocument } from "../documents/source-document.ts";
import { describeValue } from "../documents/words.ts";
import { fieldAt, isFields } from "./shapes/fields.ts";

/** What goes into a request as it is, and no schema looks into. */
const FREE = ["extra_body", "tools", "response_format"];

interface Inexact {
  readonly path: DocumentPath;
  readonly number: WrittenNumber;
}

/** Whether a request would hold these parameters as they are written. */
export const areExact = (parameters: unknown): boolean => inexactIn(parameters).length === 0;

/** The numbers among the parameters at a path that would be sent as others: those above 2^53, and infinite ones. */
export function inexactProblems(document: SourceDocument, at: DocumentPath): Problem[] {
  return inexactIn(valueAt(document.value, at)).map(({ path, number }) => {
    const { file, position } = document.locate([...at, ...path]);
    const sent = Number.isFinite(number.valueOf()) ? `it would be sent as ${number.valueOf()}` : "it cannot be sent";
    return {
      file,
      position,
      path: pathText([...at, ...path]),
      message: `the number ${describeValue(number)} is too large for a request's parameter: ${sent}`,
      hint: "Put it in quotes if the server takes text, or write a smaller one.",
    };
  });
}

function inexactIn(parameters: unknown): Inexact[] {
  if (!isFields(parameters)) return [];
  return FREE.flatMap((key) => inexactBelow(fieldAt(parameters, key), [key]));
}

function inexactBelow(value: unknown, path: DocumentPath): Inexact[] {
  if (value instanceof WrittenNumber) return isExact(value) ? [] : [{ path, number: value }];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, entry]) =>
    inexactBelow(entry, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

function isExact(number: WrittenNumber): boolean {
  const value = number.valueOf();
  if (!Number.isFinite(value)) return false;
  const digits = /^[-+]?(\d+)$/.exec(number.text)?.[1];
  // A fraction is always the nearest there is; a short integer is itself.
  if (digits === undefined || Math.abs(value) <= Number.MAX_SAFE_INTEGER) return true;
  return BigInt(digits) === BigInt(Math.abs(value));
}
