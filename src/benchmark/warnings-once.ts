/** A client that says something else of each request says nothing more that helps after these. */
const MOST_WARNINGS = 20;

/** Passes on what the clients of targets say of requests: each warning once for a target, and no flood of them. */
export function warningsOnce(warn: ((message: string) => void) | undefined): (target: string, message: string) => void {
  const told = new Set<string>();
  return (target, message) => {
    const text = `${target}: its client says: ${message}`;
    if (told.size >= MOST_WARNINGS || told.has(text)) return;
    told.add(text);
    warn?.(text);
  };
}
