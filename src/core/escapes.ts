/** The escapes of JSON and JavaScript, of URLs and of HTML, for characters that a secret may have. */
const ESCAPE =
  /\\(?:u([0-9a-f]{4})|x([0-9a-f]{2})|(["\\/]))|%([2-7][0-9a-f])|&(?:#x0{0,5}([0-9a-f]{2});|#0{0,5}(\d{2,3});|(amp|quot|apos|lt|gt);)/gi;
/** What begins one of them, apart from those of every JSON text. */
const HINT = /\\(?:u00[2-7]|[x/])|%[2-7]|&(?:#|amp;|quot;|apos;|lt;|gt;)/i;
const ANY_HINT = /\\|%[2-7]|&(?:#|amp;|quot;|apos;|lt;|gt;)/i;
/** One of them, or a few around one another, cut off before its end. */
const PARTIAL = /(?:\\+(?:u[0-9a-f]{0,3}|x[0-9a-f]?)?|%(?:25)*[0-9a-f]?|&(?:amp;)*(?:#x?[0-9a-f]{0,8}|[a-z]{0,4}))$/i;
/** More characters of an escape than this are not looked for at a cut. */
export const LONGEST_PARTIAL = 24;
const NAMED: Readonly<Record<string, string>> = { amp: "&", quot: '"', apos: "'", lt: "<", gt: ">" };

/** A text without its escapes. */
export interface Decoded {
  readonly text: string;
  /** Where in the original a position of the decoded text is. */
  at(position: number): number;
}

/** Whether there may be something to decode, at the cost of a look; `quoted` also looks for escaped quotes and backslashes. */
export function mayHoldEscapes(text: string, quoted: boolean): boolean {
  return (quoted ? ANY_HINT : HINT).test(text);
}

/** A text with its escapes undone once; null where it has none. */
export function decoded(text: string): Decoded | null {
  /** From these positions on, a position of the one text and of the other go up together. */
  const starts: { readonly decoded: number; readonly original: number }[] = [{ decoded: 0, original: 0 }];
  let out = "";
  let done = 0;
  for (const match of text.matchAll(ESCAPE)) {
    out += text.slice(done, match.index);
    starts.push({ decoded: out.length, original: match.index });
    out += characterOf(match);
    done = match.index + match[0].length;
    starts.push({ decoded: out.length, original: done });
  }
  if (done === 0) return null;
  out += text.slice(done);
  return {
    text: out,
    at(position) {
      let [low, high] = [0, starts.length - 1];
      while (low < high) {
        const middle = Math.ceil((low + high) / 2);
        if ((starts[middle]?.decoded ?? 0) <= position) low = middle;
        else high = middle - 1;
      }
      const start = starts[low] ?? { decoded: 0, original: 0 };
      return start.original + position - start.decoded;
    },
  };
}

/** How many characters at the end of a text may be the beginning of an escape. */
export function partialEscape(text: string): number {
  return PARTIAL.exec(text.slice(-LONGEST_PARTIAL))?.[0].length ?? 0;
}

function characterOf([, unicode, byte, itself, percent, hexEntity, entity, name]: RegExpExecArray): string {
  if (itself !== undefined) return itself;
  if (name !== undefined) return NAMED[name.toLowerCase()] ?? "";
  const hex = unicode ?? byte ?? percent ?? hexEntity;
  return String.fromCharCode(hex === undefined ? Number(entity) : Number.parseInt(hex, 16));
}
