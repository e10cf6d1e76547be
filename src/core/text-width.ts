import stringWidth from "string-width";

/**
 * Latin letters, punctuation, arrows, mathematical signs and box drawing: a column each, and each for itself. What joins
 * with its neighbours (marks from U+0300 on, variation selectors, emoji) is not among them.
 */
const ONE_COLUMN_EACH =
  /^[\u0020-\u007e\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2030-\u205e\u2190-\u21ff\u2200-\u22ff\u2500-\u259f]*$/;

/**
 * How many columns of a terminal a text takes. Nearly all of ours is plain, and the general answer compiles the list of
 * all emoji first: some 40 ms, on each start of a command that shows a table.
 */
export function textWidth(text: string): number {
  return ONE_COLUMN_EACH.test(text) ? text.length : stringWidth(text);
}
