/** Controls, and the characters that turn the direction of what follows them. */
const DANGEROUS = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Untrusted text that may go to a terminal: of all control characters only line ends and tabs stay as they are.
 * The others could move the cursor, recolour, retitle or answer for the user; they show as pictures (`␛`).
 */
export function terminalText(text: string): string {
  return text.replaceAll(DANGEROUS, (character) => {
    if (character === "\n" || character === "\t") return character;
    if (character === "\r") return "";
    const code = character.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    return code === 0x7f ? "\u2421" : "\ufffd";
  });
}

/** A value as indented JSON with a line end; controls that JSON leaves alone are escaped too. */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value, null, 2).replaceAll(DANGEROUS, (character) =>
    character === "\n" ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `${text}\n`;
}
