import { textWidth } from "../core/text-width.ts";
import { BenchError } from "../core/errors.ts";
import type { BenchErrorCode } from "../core/errors.ts";
import type { Position } from "./position.ts";
import type { Problem } from "./problem.ts";
import type { Place } from "./source-document.ts";
import { clipped } from "./words.ts";

const SHOWN_AT_MOST = 20;
const LINE_WIDTH = 100;
const BEFORE_CARET = 60;
/** A message may quote what stands in the file. */
const LONGEST_MESSAGE = 2000;

/**
 * The problems in the order of the file, each as `file:line:column path: message` with its line and a caret;
 * at most 20 are shown and the rest are counted. `count` is how many there are when not all are given.
 */
export function renderProblems(problems: readonly Problem[], count: number = problems.length): string {
  const sorted = problems.toSorted(
    (a, b) =>
      Number(a.file > b.file) - Number(a.file < b.file) ||
      (a.position?.line ?? 0) - (b.position?.line ?? 0) ||
      (a.position?.column ?? 0) - (b.position?.column ?? 0),
  );
  const shown = sorted.slice(0, SHOWN_AT_MOST).map(renderProblem);
  const rest = count - shown.length;
  if (rest > 0) shown.push(`… and ${rest} more ${rest === 1 ? "problem" : "problems"}`);
  return shown.join("\n");
}

/** An error that keeps the problems it tells, for whoever shows them in another way. */
export class ProblemsError extends BenchError {
  readonly problems: readonly Problem[];

  constructor(code: BenchErrorCode, message: string, hint: string, problems: readonly Problem[]) {
    super(code, message, { hint });
    this.problems = problems;
  }
}

/** The error that a command ends with because of these problems; `hint` stands where a problem has none of its own. */
export function problemsError(
  code: BenchErrorCode,
  problems: readonly Problem[],
  hint: string,
  count: number = problems.length,
): ProblemsError {
  const [first] = problems;
  if (first !== undefined && count === 1) {
    const { hint: own, ...bare } = first;
    return new ProblemsError(code, renderProblem(bare), own ?? hint, problems);
  }
  const files = [...new Set(problems.map((problem) => problem.file))].toSorted().join(", ");
  const message = `${count} problems in ${files}\n${renderProblems(problems, count)}`;
  return new ProblemsError(code, message, hint, problems);
}

/** A place as compilers write it, which editors and terminals make a link of: `file:line:column`. */
export const placeInWords = ({ file, position }: Place): string =>
  position === null ? file : `${file}:${position.line}:${position.column}`;

function renderProblem({ file, position, path, message, hint }: Problem): string {
  const at = `${placeInWords({ file, position })}${path === "" ? "" : ` ${path}`}`;
  const lines = [`${at}: ${clipped(message, LONGEST_MESSAGE)}`];
  if (position !== null && position.lineText !== null) lines.push(...excerpt(position, position.lineText));
  if (hint !== undefined) lines.push(`  ${hint}`);
  return lines.join("\n");
}

function excerpt({ line, column }: Position, lineText: string): string[] {
  const isClipped = lineText.length > LINE_WIDTH;
  const from = isClipped ? Math.max(0, Math.min(column - 1 - BEFORE_CARET, lineText.length - LINE_WIDTH)) : 0;
  const to = isClipped ? from + LINE_WIDTH : lineText.length;
  const before = (from > 0 ? "…" : "") + printable(lineText.slice(from, column - 1));
  const after = printable(lineText.slice(column - 1, to)) + (to < lineText.length ? "…" : "");
  const gutter = " ".repeat(String(line).length);
  return [`  ${line} | ${before}${after}`.trimEnd(), `  ${gutter} | ${" ".repeat(textWidth(before))}^`];
}

/** Tabs would move the caret, controls and marks of direction the rest of the line; clipping can halve a surrogate pair. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029]/gu, " ");
}
