import type { ModelResponse } from "../../core/response.ts";
import { fieldsAt, isFields, textAt } from "../../providers/wire/fields.ts";
import type { Say } from "../say.ts";

/** Longer arguments are for `--json`. */
const SHOWN_ARGUMENTS = 200;

/** What to say of an answer that has no text: what it has instead, else why there is nothing. */
export function textlessAnswer(response: ModelResponse | null, embeds: boolean): Parameters<Say> {
  if (embeds) return ["note", "it answered with an embedding, which has no text to show"];
  const calls = response?.tool_calls ?? [];
  if (calls.length > 0) {
    const shown = calls
      .map((call) => fieldsAt(isFields(call) ? call : {}, "function"))
      .map((named) => `${textAt(named, "name") ?? "?"}(${shortened(textAt(named, "arguments") ?? "")})`);
    return ["note", `the answer is a call of ${shown.join(", ")}`];
  }
  const finish = response?.finish_reason ?? null;
  const why = finish === null ? "" : ` (finish reason: ${finish})`;
  if (response?.reasoning) {
    return ["warning", `the answer has no text, only reasoning${why}; allow it more with --max-tokens`];
  }
  return ["warning", `the answer is empty${why}`];
}

const shortened = (text: string): string =>
  text.length > SHOWN_ARGUMENTS ? `${text.slice(0, SHOWN_ARGUMENTS)}…` : text;
