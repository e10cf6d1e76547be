import { escapedJson } from "../core/printable.ts";
import { writtenJsonText } from "../documents/written-json-text.ts";

/** A value as indented JSON with a line end, numbers as a file wrote them; controls that JSON leaves alone are escaped too. */
export function jsonText(value: unknown): string {
  return `${escapedJson(writtenJsonText(value, 2))}\n`;
}

/** A value as JSON on one line, without a line end; escaped in the same way. */
export function jsonLine(value: unknown): string {
  return escapedJson(JSON.stringify(value) ?? "null");
}
