/** Numbers in the order they came, at eight bytes each. */
export interface Series {
  readonly length: number;
  push(value: number): void;
  /** The numbers so far: valid until the next `push`. */
  values(): Float64Array;
}

/** A piece holds so many numbers: none is ever copied to make room, which would leave twice as much behind as is kept. */
const PIECE = 4096;

/** An empty series that grows as numbers are pushed. */
export function createSeries(): Series {
  let full: Float64Array[] = [];
  let last = new Float64Array(16);
  let inLast = 0;
  let length = 0;
  return {
    get length() {
      return length;
    },
    push(value) {
      if (inLast === last.length) makeRoom();
      last[inLast] = value;
      inLast += 1;
      length += 1;
    },
    values() {
      if (full.length > 0) {
        const whole = new Float64Array(length);
        let at = 0;
        for (const piece of full) {
          whole.set(piece, at);
          at += piece.length;
        }
        whole.set(last.subarray(0, inLast), at);
        full = [];
        last = whole;
        inLast = length;
      }
      return last.subarray(0, inLast);
    },
  };

  function makeRoom(): void {
    if (last.length >= PIECE) {
      full.push(last);
      last = new Float64Array(PIECE);
      inLast = 0;
      return;
    }
    const larger = new Float64Array(last.length * 2);
    larger.set(last);
    last = larger;
  }
}
