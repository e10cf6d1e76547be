import type { TestCase } from "../core/dataset.ts";
import { shuffled, type Random } from "../core/random.ts";

/** How many cases a shuffle holds at once. */
export const SHUFFLE_WINDOW = 10_000;
/** And how many characters of their prompts, since a window of long ones would fill the memory. */
const WINDOW_CHARS = 16 * 1024 * 1024;

/**
 * Cases in a seeded random order. What fits into the window is shuffled whole (Fisher–Yates). Of more, a random one of
 * the window goes each time and the next one takes its place: a case may come any time later, but at most a window
 * earlier than in the file.
 */
export async function* shuffledStream(
  cases: AsyncIterable<TestCase>,
  random: Random,
  window: number = SHUFFLE_WINDOW,
): AsyncGenerator<TestCase> {
  const held: TestCase[] = [];
  let chars = 0;
  let isFull = false;
  for await (const testCase of cases) {
    if (!isFull) {
      held.push(testCase);
      chars += testCase.prompt?.length ?? JSON.stringify(testCase.messages).length;
      isFull = held.length >= window || chars > WINDOW_CHARS;
      continue;
    }
    const index = Math.floor(random() * held.length);
    const chosen = held[index];
    held[index] = testCase;
    if (chosen !== undefined) yield chosen;
  }
  yield* shuffled(held, random);
}
