import type { Output } from "./context.ts";
import { terminalText } from "./terminal-text.ts";

/** Says something on stderr besides the progress. A `note` stands there without its kind. */
export type Say = (kind: "error" | "warning" | "hint" | "note", message: string) => void;

/** Lines of text, in which nothing moves the cursor, whatever ids and names they quote; or with `--json` objects with a `type` like all others, so that stderr stays NDJSON. */
export function sayOn(output: Output, asJson: boolean): Say {
  return (kind, message) => {
    const text = kind === "note" ? message : `${kind}: ${message}`;
    output.write(`${asJson ? JSON.stringify({ type: kind, message }) : terminalText(text)}\n`);
  };
}
