import { isFields, textAt, type Fields } from "./fields.ts";
import { PartialArguments } from "./partial-arguments.ts";
import type { StreamedAnswer } from "./streamed-answer.ts";

/** A call whose arguments are still to come. */
interface OpenCall {
  readonly id: string | null;
  readonly name: string | null;
  readonly partial: PartialArguments;
}

/**
 * The function calls of an answer. They come whole, apart from Vertex AI's when it is asked to stream arguments: such a
 * call begins with its name, goes on in parts that need not repeat it, and ends with the part without `willContinue`.
 */
export class GeminiCalls {
  #count = 0;
  #open: OpenCall | null = null;

  read(call: Fields, answer: StreamedAnswer): void {
    const { args } = call;
    const [id, name] = [textAt(call, "id") || null, textAt(call, "name") || null];
    const goesOn = call["willContinue"] === true;
    const inParts = goesOn || Array.isArray(call["partialArgs"]);
    if (this.#open === null || isAnother(this.#open, { id, name })) {
      // What ends a call that has ended already.
      if (name === null && args === undefined && !inParts) return;
      this.#count += 1;
      this.#open = { id, name, partial: new PartialArguments() };
      answer.toolStarts([this.#count], { id, name, arguments: inParts ? null : (args ?? {}) });
    } else if (isFields(args)) {
      answer.toolGoesOn([this.#count], args);
    }
    if (this.#open.partial.add(call)) answer.toolGoesOn([this.#count], this.#open.partial.value);
    if (!goesOn) this.#open = null;
  }
}

const isAnother = (open: OpenCall, { id, name }: { id: string | null; name: string | null }): boolean =>
  (name !== null && name !== open.name) || (id !== null && open.id !== null && id !== open.id && name !== null);
