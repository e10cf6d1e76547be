/** Counts the reads of answers as they are met, for who wants to know how many came in a stretch of time. */
export class ReadCounter {
  #first = 0;
  #further = 0;

  /** A read brought output of a model: the first of its answer, or one after it. */
  met(first: boolean): void {
    if (first) this.#first += 1;
    else this.#further += 1;
  }

  /** Those met since the last call. */
  take(): { readonly first: number; readonly further: number } {
    const met = { first: this.#first, further: this.#further };
    this.#first = 0;
    this.#further = 0;
    return met;
  }
}
