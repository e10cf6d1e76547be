const MASK = "[secret]";

/** Takes every known secret out of a text before it goes to a file or a terminal. */
export type Mask = (text: string) => string;

/**
 * A mask for the given secrets. Texts are also searched for the form that a secret takes inside JSON.
 * Secrets under six characters are left alone, since masking them would destroy ordinary words.
 */
export function maskFor(secrets: Iterable<string>): Mask {
  const needles = new Set<string>();
  for (const secret of secrets) {
    if (secret.length < 6) continue;
    needles.add(secret);
    needles.add(JSON.stringify(secret).slice(1, -1));
  }
  const longestFirst = [...needles].sort((a, b) => b.length - a.length);
  return (text) => {
    let masked = text;
    for (const needle of longestFirst) {
      if (masked.includes(needle)) masked = masked.replaceAll(needle, MASK);
    }
    return masked;
  };
}
