const text = (bytes: Uint8Array, from: number, to: number): string => String.fromCharCode(...bytes.subarray(from, to));

const SIGNATURES: readonly [string, (bytes: Uint8Array) => boolean][] = [
  ["image/png", (bytes) => text(bytes, 0, 8) === "\u0089PNG\r\n\u001a\n"],
  ["image/jpeg", (bytes) => text(bytes, 0, 3) === "\u00ff\u00d8\u00ff"],
  ["image/gif", (bytes) => /^GIF8[79]a$/.test(text(bytes, 0, 6))],
  ["image/webp", (bytes) => text(bytes, 0, 4) === "RIFF" && text(bytes, 8, 12) === "WEBP"],
];

/** What an image's first bytes say that it is, whatever its name; null for none that the APIs take. */
export function imageType(bytes: Uint8Array): string | null {
  return SIGNATURES.find(([, fits]) => fits(bytes))?.[0] ?? null;
}

export const IMAGE_TYPES_IN_WORDS = "PNG, JPEG, GIF and WebP";
