import { decoded, LONGEST_PARTIAL, mayHoldEscapes, partialEscape } from "./escapes.ts";
import { formsOf, SHORTEST } from "./secret-forms.ts";

const MASK = "[secret]";
const CUT = "…";
/** JSON inside JSON inside a URL: as deep as anyone writes one text into another. */
const LEVELS = 4;

/** Takes every known secret out of a text before it goes to a file or a terminal. */
export type Mask = (text: string) => string;

/** Whether something was taken out of a text, which then is not what it was. */
export function holdsMasked(text: string): boolean {
  return text.includes(MASK);
}

/**
 * A mask for the given secrets, also in hex and base64, and written with the escapes of JSON, URLs and HTML, each around
 * the other. Where a text was cut (`…`), the beginning of a secret before the cut is masked as well.
 * Secrets under six characters are left alone, since masking them would destroy ordinary words; so are such beginnings.
 * A text without any costs about a microsecond per kilobyte.
 */
export function maskFor(secrets: Iterable<string>): Mask {
  const search = searchFor(secrets);
  return search === null ? (text) => text : (text) => masked(text, search);
}

/** The mask of a text that was cut at its end, whatever it says there. */
export function maskCut(text: string, mask: Mask): string {
  const whole = mask(text);
  return whole.slice(0, -CUT_AT) + mask(whole.slice(-CUT_AT) + CUT).slice(0, -CUT.length);
}

/** Longer than the longest secret in its longest form: all that the cut can have gone through. */
const CUT_AT = 1 << 16;

/** A mask for a text that comes in pieces, however a secret is spread over them. */
export interface PieceMask {
  /** The text that may go out by now: what may be the beginning of a secret is held back until more is known. */
  take(piece: string): string;
  /** What was held back to the end. */
  end(): string;
}

/** The mask of `maskFor` for one text in pieces. */
export function pieceMaskFor(secrets: readonly string[]): PieceMask {
  const search = searchFor(secrets);
  let held = "";
  return {
    take(piece) {
      if (search === null) return piece;
      const text = masked(held + piece, search);
      const start = openFrom(text, search);
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

/** What to look for. */
interface Search {
  /** Longest first. */
  readonly forms: readonly string[];
  readonly shortest: number;
  readonly longest: number;
  readonly any: RegExp;
  /** The forms by how they begin, and what finds such a beginning. */
  readonly byBeginning: ReadonlyMap<string, readonly string[]>;
  readonly beginning: RegExp;
  /** Whether `\"` or `\\` may be part of a secret: nearly every JSON text has them, and must then be decoded. */
  readonly quoted: boolean;
}

function searchFor(secrets: Iterable<string>): Search | null {
  const all = [...secrets];
  const forms = [...new Set(all.flatMap(formsOf))].sort((a, b) => b.length - a.length);
  const [longest] = forms;
  if (longest === undefined) return null;
  const byBeginning = new Map<string, string[]>();
  for (const form of forms) {
    const beginning = form.slice(0, SHORTEST);
    byBeginning.set(beginning, [...(byBeginning.get(beginning) ?? []), form]);
  }
  return {
    forms,
    shortest: forms.at(-1)?.length ?? 0,
    longest: longest.length,
    any: anyOf(forms),
    byBeginning,
    beginning: anyOf([...byBeginning.keys()]),
    quoted: all.some((secret) => /["\\]/.test(secret)),
  };
}

const anyOf = (texts: readonly string[]): RegExp =>
  new RegExp(texts.map((text) => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&")).join("|"), "g");

/** Where a secret is: from its first character to behind its last. */
type Range = readonly [from: number, to: number];

function masked(text: string, search: Search): string {
  if (text.length < search.shortest && !text.includes(CUT)) return text;
  if (text.length <= AT_ONCE) return maskedPart(text, search, text.length).text;
  const parts: string[] = [];
  let isClean = true;
  const overlap = search.longest * LONGEST_ESCAPE * LEVELS;
  for (let start = 0; start < text.length;) {
    const part = maskedPart(text.slice(start, start + AT_ONCE + overlap), search, AT_ONCE);
    parts.push(part.text);
    isClean &&= part.isClean;
    start += part.taken;
  }
  return isClean ? text : parts.join("");
}

/** A body of many megabytes is looked at in parts: what is noted of each escape takes more memory than the escape. */
const AT_ONCE = 1 << 18;

interface MaskedPart {
  readonly text: string;
  readonly taken: number;
  readonly isClean: boolean;
}

/** What begins within `length` masked, and how much of the text that took. */
function maskedPart(text: string, search: Search, length: number): MaskedPart {
  const ranges = rangesIn(text, search, LEVELS);
  if (ranges.length === 0) return { text: text.slice(0, length), taken: Math.min(length, text.length), isClean: true };
  let out = "";
  let done = 0;
  for (const [from, to] of ranges.sort((a, b) => a[0] - b[0])) {
    if (from >= length) break;
    if (from >= done) out += text.slice(done, from) + MASK;
    done = Math.max(done, to);
  }
  const taken = Math.max(done, Math.min(length, text.length));
  return { text: out + text.slice(done, taken), taken, isClean: done === 0 };
}

function rangesIn(text: string, search: Search, levels: number): Range[] {
  const found = text.includes(CUT) ? beginningsIn(text, search) : [];
  search.any.lastIndex = 0;
  for (let match = search.any.exec(text); match !== null; match = search.any.exec(text)) {
    found.push([match.index, search.any.lastIndex]);
  }
  if (levels === 0 || !mayHoldEscapes(text, search.quoted)) return found;
  const inner = decoded(text);
  if (inner === null) return found;
  for (const [from, to] of rangesIn(inner.text, search, levels - 1)) found.push([inner.at(from), inner.at(to)]);
  return found;
}

/** The beginnings of secrets that are cut off, each with half an escape that may follow. */
function beginningsIn(text: string, { beginning, byBeginning }: Search): Range[] {
  const found: Range[] = [];
  beginning.lastIndex = 0;
  for (let match = beginning.exec(text); match !== null; match = beginning.exec(text)) {
    const from = match.index;
    for (const form of byBeginning.get(match[0]) ?? []) {
      const to = from + commonLength(form, text, from);
      const cut = text.slice(to, to + LONGEST_PARTIAL + 1).indexOf(CUT);
      if (cut === 0 || (cut > 0 && cut <= partialEscape(text.slice(from, to + cut)))) found.push([from, to + cut]);
    }
    beginning.lastIndex = from + 1;
  }
  return found;
}

/** How many characters of a form a text has at a position. */
function commonLength(form: string, text: string, from: number): number {
  let length = SHORTEST;
  while (length < form.length && text.charCodeAt(from + length) === form.charCodeAt(length)) length += 1;
  return length;
}

/** `\u0041` in JSON inside JSON, and the like. */
const LONGEST_ESCAPE = 8;

/** Where a text ends with the beginning of a form, apart from half an escape; its length where it does not. */
function beginningOf(form: string, text: string): number {
  const end = text.length - partialEscape(text);
  for (const whole of new Set([text.length, end])) {
    for (let from = Math.max(0, whole - form.length + 1); from < whole; from += 1) {
      if (form.startsWith(text.slice(from, whole))) return from;
    }
  }
  return text.length;
}

/** From where on a text may be the beginning of a secret that goes on in the next piece; its length where nowhere. */
function openFrom(text: string, search: Search, levels = LEVELS): number {
  const { forms, longest } = search;
  const partial = partialEscape(text);
  // Each character of a secret may be an escape, at each level.
  const window = Math.max(0, text.length - (partial > 0 || /[\\%&]/.test(text) ? longest * LONGEST_ESCAPE : longest));
  const tail = text.slice(window);
  const here = Math.min(tail.length - partial, ...forms.map((form) => beginningOf(form, tail)));
  const inner = levels === 0 ? null : decoded(tail);
  const inside = inner === null ? tail.length : inner.at(openFrom(inner.text, search, levels - 1));
  return window + Math.min(here, inside);
}
