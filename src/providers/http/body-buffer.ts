const PIECES_AT_ONCE = 1024;

/**
 * A body in the making. Pieces are joined as they come in numbers: each is a view that costs a hundred bytes however
 * short it is, so a body in single bytes would take a hundred times its length.
 */
export class BodyBuffer {
  #joined: Buffer[] = [];
  #pieces: Buffer[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#length += piece.length;
    if (this.#pieces.length === PIECES_AT_ONCE) this.#join();
  }

  /** The whole body as UTF-8. */
  text(): string {
    return Buffer.concat([...this.#joined, ...this.#pieces]).toString("utf8");
  }

  #join(): void {
    this.#joined.push(Buffer.concat(this.#pieces));
    this.#pieces = [];
    // Joined pieces may be short, too.
    if (this.#joined.length === PIECES_AT_ONCE) this.#joined = [Buffer.concat(this.#joined)];
  }
}
