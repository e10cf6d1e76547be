import { Option, type Command } from "commander";
import type { Millis } from "../core/clock.ts";
import { bareDuration } from "../core/duration.ts";
import { duration } from "./option-values.ts";

/** A duration that is usually a second or more: a bare number below 1 000 was perhaps meant as seconds. */
class LimitOption extends Option {
  /** What to say of the value that was given; null for nothing. */
  warning: string | null = null;

  constructor(flags: string, description: string, least: Millis) {
    super(flags, description);
    const parse = duration(least);
    this.argParser((text) => {
      const value = parse(text);
      const doubt = bareDuration(text);
      this.warning = doubt === null ? null : `${this.long ?? flags} ${doubt}`;
      return value;
    });
  }
}

/** An option for a time limit or the length of a run. */
export const limitOption = (flags: string, description: string, least: Millis = 1): Option =>
  new LimitOption(flags, description, least);

/** What to say of the limits that a command was given. */
export function limitWarnings({ options }: Command): string[] {
  return options.flatMap((option) => (option instanceof LimitOption ? (option.warning ?? []) : []));
}
