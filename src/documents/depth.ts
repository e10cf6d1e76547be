/** Deeper documents are refused: no dataset or configuration needs this, and what reads them recurses. */
export const MAX_DEPTH = 200;

export const TOO_DEEP = `nested more than ${MAX_DEPTH} levels deep`;

/** Whether lists and objects stand in one another more than `MAX_DEPTH` deep. Never recurses. */
export function isTooDeep(value: unknown): boolean {
  let level: object[] = typeof value === "object" && value !== null ? [value] : [];
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) return true;
    const next: object[] = [];
    for (const container of level) {
      for (const child of Object.values(container)) {
        if (typeof child === "object" && child !== null) next.push(child as object);
      }
    }
    level = next;
  }
  return false;
}
