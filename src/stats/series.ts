/** Numbers in the order they came, at eight bytes each and at most half as much again in reserve. */
export interface Series {
  readonly length: number;
  push(value: number): void;
  /** The numbers so far, as a view: valid until the next `push`. */
  values(): Float64Array;
}

/** An empty series that grows as numbers are pushed. */
export function createSeries(): Series {
  let held = new Float64Array(16);
  let length = 0;
  return {
    get length() {
      return length;
    },
    push(value) {
      if (length === held.length) {
        const larger = new Float64Array(Math.ceil(length * 1.5));
        larger.set(held);
        held = larger;
      }
      held[length] = value;
      length += 1;
    },
    values: () => held.subarray(0, length),
  };
}
