/**
 * A number together with the text that stands for it in a file, where JavaScript would write it in another way:
 * `1.10`, `007`, an integer above 2^53. It counts as a number in arithmetic, and reads as written in text.
 *
 * @example
 * const price = new WrittenNumber("1.10");
 * console.log(`${price}`, Number(price) + 1); // 1.10 2.1
 */
export class WrittenNumber extends Number {
  /** The number as it stands in the file. */
  readonly text: string;

  constructor(text: string, value: number = Number(text)) {
    super(value);
    this.text = text;
  }

  /** The number as it stands in the file. */
  override toString(): string {
    return this.text;
  }
}

/** A number as a file writes it: a plain one where JavaScript writes it in the same way. */
export function writtenNumber(text: string, value: number = Number(text)): number | WrittenNumber {
  return String(value) === text ? value : new WrittenNumber(text, value);
}

/** The value with plain numbers only; the very same one where it has no others. */
export const plainNumbers = (value: unknown): unknown => withNumbers(value, (number) => number.valueOf());

/** The value with its written numbers as texts. */
export const textNumbers = (value: unknown): unknown => withNumbers(value, ({ text }) => text);

/** The value with other values for its written numbers; never changes it. */
export function withNumbers(value: unknown, change: (number: WrittenNumber) => unknown): unknown {
  if (value instanceof WrittenNumber) return change(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    let copy: unknown[] | null = null;
    for (let i = 0; i < value.length; i += 1) {
      const changed = withNumbers(value[i], change);
      if (Object.is(changed, value[i])) continue;
      copy ??= [...(value as unknown[])];
      copy[i] = changed;
    }
    return copy ?? value;
  }
  let entries: Map<string, unknown> | null = null;
  for (const key of Object.keys(value)) {
    const entry: unknown = (value as Record<string, unknown>)[key];
    const changed = withNumbers(entry, change);
    if (!Object.is(changed, entry)) (entries ??= new Map()).set(key, changed);
  }
  return entries === null ? value : withEntries(value, entries);
}

/** A copy of an object with other values for some of its keys; `__proto__` is a plain key. */
function withEntries(object: object, entries: ReadonlyMap<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(object).map(([key, entry]): [string, unknown] => [key, entries.has(key) ? entries.get(key) : entry]),
  );
}
