/**
 * Follows a JSON object or array fragment by fragment and knows when its last bracket has closed. Each character is looked
 * at once, so that asking after every fragment costs no more than asking at the end.
 */
export class JsonBrackets {
  #depth = 0;
  #inString = false;
  #escaped = false;
  #closed = false;
  #broken = false;

  /** Takes the next fragment; says whether all of them together are one object or array from end to end. */
  closedBy(fragment: string): boolean {
    for (let i = 0; i < fragment.length && !this.#broken; i += 1) this.#take(fragment[i] ?? "");
    return this.#closed && !this.#broken;
  }

  #take(char: string): void {
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false;
      else if (char === "\\") this.#escaped = true;
      else if (char === '"') this.#inString = false;
    } else if (char === " " || char === "\n" || char === "\r" || char === "\t") {
      return;
    } else if (this.#closed) {
      this.#broken = true;
    } else if (char === "{" || char === "[") {
      this.#depth += 1;
    } else if (this.#depth === 0) {
      this.#broken = true;
    } else if (char === "}" || char === "]") {
      this.#depth -= 1;
      this.#closed = this.#depth === 0;
    } else if (char === '"') {
      this.#inString = true;
    }
  }
}
