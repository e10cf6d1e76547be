import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { guardedOutput } from "./guarded-output.ts";
import { pour } from "./pour.ts";

/** An output that is full after each piece until it is emptied. */
class Narrow extends EventEmitter {
  readonly taken: string[] = [];
  destroyed = false;
  write(text: string): boolean {
    this.taken.push(text);
    return false;
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("the next piece waits until the last one is taken", async () => {
  const output = new Narrow();
  const poured = pour(["a", "b"], guardedOutput(output));
  await turn();
  expect(output.taken).toEqual(["a"]);
  output.emit("drain");
  await turn();
  expect(output.taken).toEqual(["a", "b"]);
  output.emit("drain");
  await poured;
  expect(output.eventNames()).toEqual([]);
});

test("a reader that has left ends it", async () => {
  const output = new Narrow();
  const poured = pour(["a", "b", "c"], guardedOutput(output));
  output.destroyed = true;
  output.emit("close");
  await poured;
  expect(output.taken).toEqual(["a"]);
});

test("an output that takes everything is never waited for", async () => {
  const taken: string[] = [];
  await pour(["a", "b"], guardedOutput({ write: (text) => taken.push(text) }));
  expect(taken).toEqual(["a", "b"]);
});
