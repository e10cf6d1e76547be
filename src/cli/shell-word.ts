const LONGEST = 100;

/**
 * A text as one word of a command that is shown for copying, in quotes where a shell would take it for more than a
 * word; `otherwise` where it holds what cannot be copied from a terminal, or is too long to be.
 */
export function shellWord(text: string, otherwise: string): string {
  if (text.length > LONGEST || /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u.test(text)) return otherwise;
  return /^[\w./:@%+,=-]+$/.test(text) && !text.startsWith("=") ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
