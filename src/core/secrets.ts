const MASK = "[secret]";
const SHORTEST = 6;
const CUT = "…";

/** Takes every known secret out of a text before it goes to a file or a terminal. */
export type Mask = (text: string) => string;

/** Whether something was taken out of a text, which then is not what it was. */
export function holdsMasked(text: string): boolean {
  return text.includes(MASK);
}

/**
 * A mask for the given secrets. Texts are also searched for the form that a secret takes inside JSON.
 * Where a text was cut (`…`), the beginning of a secret before the cut is masked as well.
 * Secrets under six characters are left alone, since masking them would destroy ordinary words; so are such beginnings.
 */
export function maskFor(secrets: Iterable<string>): Mask {
  const longestFirst = needlesOf(secrets);
  return (text) => {
    let masked = text;
    for (const needle of longestFirst) {
      if (masked.includes(needle)) masked = masked.replaceAll(needle, MASK);
    }
    return masked.includes(CUT) ? maskedAtCuts(masked, longestFirst) : masked;
  };
}

/** A mask for a text that comes in pieces, however a secret is spread over them. */
export interface PieceMask {
  /** The text that may go out by now: what may be the beginning of a secret is held back until more is known. */
  take(piece: string): string;
  /** What was held back to the end. */
  end(): string;
}

/** The mask of `maskFor` for one text in pieces. */
export function pieceMaskFor(secrets: readonly string[]): PieceMask {
  const needles = needlesOf(secrets);
  const mask = maskFor(secrets);
  const longest = needles[0]?.length ?? 0;
  let held = "";
  return {
    take(piece) {
      const text = mask(held + piece);
      let start = Math.max(0, text.length - longest + 1);
      while (start < text.length && !needles.some((needle) => needle.startsWith(text.slice(start)))) start += 1;
      held = text.slice(start);
      return text.slice(0, start);
    },
    end() {
      const text = held;
      held = "";
      return text;
    },
  };
}

/** What to look for, longest first. */
function needlesOf(secrets: Iterable<string>): readonly string[] {
  const needles = new Set<string>();
  for (const given of secrets) {
    // HTTP cuts white space off the ends of a header, and a server would echo what is left.
    const secret = given.trim();
    if (secret.length < SHORTEST) continue;
    needles.add(secret);
    needles.add(JSON.stringify(secret).slice(1, -1));
  }
  return [...needles].sort((a, b) => b.length - a.length);
}

function maskedAtCuts(text: string, secrets: readonly string[]): string {
  const pieces = text.split(CUT);
  const last = pieces.length - 1;
  return pieces.map((piece, i) => (i === last ? piece : withoutBeginning(piece, secrets))).join(CUT);
}

/** The text with the beginning of a secret taken off its end. */
function withoutBeginning(text: string, secrets: readonly string[]): string {
  for (const secret of secrets) {
    for (let length = secret.length - 1; length >= SHORTEST; length -= 1) {
      if (text.endsWith(secret.slice(0, length))) return text.slice(0, -length) + MASK;
    }
  }
  return text;
}
