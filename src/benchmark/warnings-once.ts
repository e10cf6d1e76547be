/** A client that says something else of each request says nothing more that helps after these. */
const MOST_CLIENT_WARNINGS = 20;

/**
 * Passes on what is odd about a target's requests and answers. With `about`, one warning per target and subject, however
 * its words differ; without, what the target's own client says, each text once and no flood of them.
 */
export function warningsOnce(
  warn: ((message: string) => void) | undefined,
): (target: string, message: string, about?: string) => void {
  const subjects = new Set<string>();
  const texts = new Set<string>();
  return (target, message, about) => {
    if (about !== undefined) {
      const subject = `${target}\u0000${about}`;
      if (!subjects.has(subject)) warn?.(`${target}: ${message}`);
      subjects.add(subject);
      return;
    }
    const text = `${target}: its client says: ${message}`;
    if (texts.size >= MOST_CLIENT_WARNINGS || texts.has(text)) return;
    texts.add(text);
    warn?.(text);
  };
}
