import type { CliContext } from "./context.ts";
import { withoutKeys } from "../core/looks-like-key.ts";
import { asTyped } from "./invocation.ts";
import { jsonLine } from "./json-text.ts";

/** Says something on stderr besides the progress. A `note` stands there without its kind. */
export type Say = (kind: "error" | "warning" | "hint" | "note", message: string) => void;

/** Lines of text without keys; or with `--json` objects with a `type` like all others, so that stderr stays NDJSON. */
export function sayOn({ stderr, invocation }: Pick<CliContext, "stderr" | "invocation">, asJson: boolean): Say {
  return (kind, text) => {
    const message = withoutKeys(asTyped(text, invocation));
    const line = kind === "note" ? message : `${kind}: ${message}`;
    stderr.write(`${asJson ? jsonLine({ type: kind, message }) : line}\n`);
  };
}
