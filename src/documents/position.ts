/** A place in a text; line and column count from 1, columns in UTF-16 units as editors do. */
export interface Position {
  readonly line: number;
  readonly column: number;
  /** The line itself, without its end; null where it must not be shown. */
  readonly lineText: string | null;
}

/** Turns offsets of a text into positions; lines end with `\n` or `\r\n`. The lines are found at the first call. */
export function positionFinder(text: string): (offset: number) => Position {
  let starts: number[] | undefined;
  return (offset) => {
    starts ??= lineStarts(text);
    const line = lastAtOrBefore(starts, offset);
    const start = starts[line] ?? 0;
    const next = starts[line + 1];
    const lineText = text.slice(start, next === undefined ? undefined : next - 1).replace(/\r$/, "");
    return { line: line + 1, column: offset - start + 1, lineText };
  };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

function lastAtOrBefore(sorted: readonly number[], wanted: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((sorted[middle] ?? 0) <= wanted) low = middle;
    else high = middle - 1;
  }
  return low;
}
