import type { Fields } from "./fields.ts";
import { finishReasonIn, gaveUpBy } from "./finish-reasons.ts";
import { statedErrorIn } from "./stated-error.ts";
import type { WireFailure } from "./wire-format.ts";

/** What broke off an answer by its own word: the error in its choice, or a finish reason that says that it was given up. */
export function choiceFailureIn(choice: Fields): WireFailure | null {
  return statedErrorIn(choice, false) ?? gaveUpBy(finishReasonIn(choice["finish_reason"]));
}
