import { InvalidArgumentError, type Command, type Option } from "commander";
import type { Millis } from "../core/clock.ts";
import { parseSlo } from "../core/parse-slo.ts";
import type { Slo } from "../core/slo.ts";
import { isWithin, RANGES, rangeInWords, type Range } from "../core/ranges.ts";
import { parseDuration } from "../core/duration.ts";

/** Readers of option values; each throws what commander turns into one message that names the option. */

/** A whole number within limits. */
export const wholeNumber = (least: number, most = Number.MAX_SAFE_INTEGER): ((text: string) => number) =>
  inRange({ least, most, whole: true });

/** A number within limits. */
export const number = (least: number, most: number): ((text: string) => number) =>
  inRange({ least, most, whole: false });

/** A value of a setting that can be given in other ways as well. */
export const inRange =
  (range: Range) =>
  (text: string): number => {
    const isWritten = range.whole ? /^\d+$/.test(text) : text.trim() !== "";
    const value = isWritten ? Number(text) : Number.NaN;
    if (isWithin(value, range)) return value;
    throw new InvalidArgumentError(`Expected ${rangeInWords(range)}.`);
  };

/** A duration in milliseconds. */
export const duration =
  (least: Millis = 0) =>
  (text: string): Millis => {
    const value = parseDuration(text);
    if (value !== null && isWithin(value, { ...RANGES.pause, least })) return value;
    throw new InvalidArgumentError(`Expected a duration such as 500, 500ms, 2s or 1m.`);
  };

/** Whole numbers of at least 1, separated by commas, none twice. */
export function levelList(text: string): number[] {
  const levels = text.split(",").map((part) => inRange(RANGES.concurrency)(part.trim()));
  if (new Set(levels).size < levels.length) throw new InvalidArgumentError("Expected each level once.");
  return levels;
}

/** Two whole numbers: `1..200`. */
export function span(text: string): { from: number; to: number } {
  const [from, to, ...more] = text.split("..");
  if (from === undefined || to === undefined || more.length > 0) {
    throw new InvalidArgumentError("Expected two numbers, such as 1..200.");
  }
  const slots = inRange(RANGES.concurrency);
  return { from: slots(from.trim()), to: slots(to.trim()) };
}

/** Limits of an SLO. */
export function slo(text: string): Slo {
  const read = parseSlo(text);
  if (typeof read !== "string") return read;
  throw new InvalidArgumentError(read);
}

/** Names separated by commas. */
export function nameList(text: string): string[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.some((name) => name === "")) throw new InvalidArgumentError("Expected names separated by commas.");
  return names;
}

/** `--fail-on`, which may be given again and again. */
export function failOnOption(command: Command): Option {
  return command
    .createOption("--fail-on <condition>", "exit 1 under this condition: [target:]metric op value; repeatable")
    .argParser((text: string, before: string[] | undefined) => [...(before ?? []), text]);
}
