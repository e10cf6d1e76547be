import type { Millis } from "./clock.ts";

const UNIT_MS: Readonly<Record<string, number>> = { "": 1, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/**
 * Reads a duration as flags and files write it: `500`, `500ms`, `2s`, `1m`, `1.5h`; a bare number is milliseconds.
 * Returns milliseconds, or null when the text is none.
 */
export function parseDuration(text: string | number): Millis | null {
  const match = /^(\d+(?:\.\d+)?|\.\d+)\s*(ms|s|m|h)?$/.exec(String(text).trim());
  if (match === null) return null;
  return Number(match[1]) * (UNIT_MS[match[2] ?? ""] ?? 1);
}

/**
 * What to say of a bare number that was probably meant as seconds: one below 1 000, where limits of a second and more
 * are usual. Null for every other text.
 */
export function bareDuration(text: string | number): string | null {
  const number = String(text).trim();
  const milliseconds = parseDuration(number);
  if (milliseconds === null || milliseconds === 0 || milliseconds >= 1000 || /[a-z]$/.test(number)) return null;
  return `${number} is ${number} ms; write ${number}s or ${number}ms`;
}
