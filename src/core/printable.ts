/** Controls, the characters that turn the direction of what follows them, and the two that end a line unseen. */
const BESIDES_LINES = /(?![\n\t])[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/**
 * Outside text as a person may see it: of all controls only line feeds and tabs stay. The others could move the cursor,
 * recolor, retitle or answer for the user; they show as pictures (`␛`), and bidirectional controls as `�`.
 *
 * @example
 * printable("a\u001b[31mb\r\n"); // "a␛[31mb\n"
 */
export function printable(text: string): string {
  return text.replaceAll("\r\n", "\n").replace(BESIDES_LINES, picture);
}

/** The same on one line: line ends and tabs become a space. */
export function printableLine(text: string): string {
  return printable(text.replaceAll(/[\r\n\t\u2028\u2029]+/g, " "));
}

/**
 * JSON with every such character escaped: the same value, and safe to show. The text may be a piece of a document, and
 * also YAML that holds them in double quotes only.
 */
export function escapedJson(json: string): string {
  // Nearly always there is nothing to do, and looking costs a fraction of replacing.
  if (!HIDDEN_IN_JSON.test(json)) return json;
  return json.replaceAll(BESIDES_LINES, escaped);
}

/** What `JSON.stringify` leaves as it is. */
const HIDDEN_IN_JSON = /[\u007f-\u009f\p{Bidi_Control}\u2028\u2029]/u;

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

function picture(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? "\u2421" : "\ufffd";
}

/** Whether a text holds what cannot be shown, line feeds and tabs aside. */
export function isPrintable(text: string): boolean {
  return text.search(BESIDES_LINES) === -1;
}
