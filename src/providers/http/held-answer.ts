import type { ModelResponse } from "../../core/response.ts";
import { BodyBuffer } from "./body-buffer.ts";
import { rawInFlight, textInFlight, textSize } from "./memory-in-flight.ts";

/** What one answer holds of the memory in flight: its body as it came, and the text that was read from it. */
export class HeldAnswer {
  #body = new BodyBuffer();
  #rawHeld = 0;
  #textHeld = 0;
  #isCut = false;

  /** Bytes of the body that are held. */
  get length(): number {
    return this.#body.length;
  }

  /** Whether there was no room for all of the body. */
  get isCut(): boolean {
    return this.#isCut;
  }

  body(): string {
    return this.#body.text();
  }

  /** Keeps a piece of a body that is needed whole to be read. */
  keep(chunk: Buffer): void {
    rawInFlight.add(chunk.length);
    this.#rawHeld += chunk.length;
    this.#body.add(chunk);
  }

  /** Keeps a piece of a stream's body, of which nothing is kept any more from where there was no room for it. */
  keepIfRoom(chunk: Buffer): void {
    this.#isCut ||= !rawInFlight.take(chunk.length);
    if (this.#isCut) return;
    this.#rawHeld += chunk.length;
    this.#body.add(chunk);
  }

  letBodyGo(): void {
    rawInFlight.give(this.#rawHeld);
    this.#rawHeld = 0;
    this.#body = new BodyBuffer();
  }

  /** Counts the text that was read so far; false where there is no room for it. */
  countText(response: ModelResponse): boolean {
    const size = textSize(response);
    if (!textInFlight.take(size - this.#textHeld)) return false;
    this.#textHeld = size;
    return true;
  }

  letGo(): void {
    this.letBodyGo();
    textInFlight.give(this.#textHeld);
    this.#textHeld = 0;
  }
}
