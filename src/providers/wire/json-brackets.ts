/**
 * Follows a JSON object or array as its text grows and knows when its last bracket has closed. Each character is looked
 * at once, so that asking after every fragment costs no more than asking at the end.
 */
export class JsonBrackets {
  #read = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #closed = false;
  #broken = false;

  /** Whether `text`, which begins with all the text of earlier calls, is one object or array from end to end. */
  areClosed(text: string): boolean {
    while (this.#read < text.length && !this.#broken) this.#take(text[this.#read++] ?? "");
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
