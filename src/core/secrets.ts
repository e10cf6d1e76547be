const MASK = "[secret]";
const SHORTEST = 6;
const CUT = "…";

/** Takes every known secret out of a text before it goes to a file or a terminal. */
export type Mask = (text: string) => string;

/**
 * A mask for the given secrets. Texts are also searched for the form that a secret takes inside JSON.
 * Where a text was cut (`…`), the beginning of a secret before the cut is masked as well.
 * Secrets under six characters are left alone, since masking them would destroy ordinary words; so are such beginnings.
 */
export function maskFor(secrets: Iterable<string>): Mask {
  const needles = new Set<string>();
  for (const given of secrets) {
    // HTTP cuts white space off the ends of a header, and a server would echo what is left.
    const secret = given.trim();
    if (secret.length < SHORTEST) continue;
    needles.add(secret);
    needles.add(JSON.stringify(secret).slice(1, -1));
  }
  const longestFirst = [...needles].sort((a, b) => b.length - a.length);
  return (text) => {
    let masked = text;
    for (const needle of longestFirst) {
      if (masked.includes(needle)) masked = masked.replaceAll(needle, MASK);
    }
    return masked.includes(CUT) ? maskedAtCuts(masked, longestFirst) : masked;
  };
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
