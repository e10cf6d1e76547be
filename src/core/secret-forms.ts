/** Fewer characters are a word as well as a secret. */
export const SHORTEST = 6;
/** From so many on, a secret is also looked for with its letters in the other case. */
const LONG = 12;

/**
 * How a server may repeat a secret: as it is, as JSON and URLs escape it, in hex (also byte by byte) and in base64, of either alphabet and
 * wherever in a longer text it began. None for a secret that is too short to be looked for.
 */
export function formsOf(given: string): string[] {
  // HTTP cuts white space off the ends of a header, and a server would echo what is left.
  const secret = given.trim();
  if (secret.length < SHORTEST) return [];
  const bytes = Buffer.from(secret);
  const hex = bytes.toString("hex");
  const encoded = encodedAsUrl(secret);
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encoded,
    encoded.replaceAll("%20", "+"),
    encoded.replaceAll(/%../g, (escape) => escape.toLowerCase()),
    ...["", " ", ":", ", 0x"].flatMap((between) => {
      const dump = hex.match(/../g)?.join(between) ?? hex;
      return between.includes("x") ? [dump] : [dump, dump.toUpperCase()];
    }),
    ...base64FormsOf(bytes),
    ...(secret.length < LONG ? [] : [secret.toLowerCase(), secret.toUpperCase()]),
  ];
}

/** Half a surrogate pair has no encoding; such a secret cannot have been sent. */
function encodedAsUrl(secret: string): string {
  try {
    return encodeURIComponent(secret);
  } catch {
    return secret;
  }
}

/** What is the same in base64 whatever comes before and after: three, since each character holds six bits of the bytes. */
function base64FormsOf(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((before) => {
    const all = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    const whole = all.slice(before === 0 ? 0 : before + 1, Math.floor(((before + bytes.length) * 8) / 6));
    return [whole, whole.replaceAll("+", "-").replaceAll("/", "_")];
  });
}
