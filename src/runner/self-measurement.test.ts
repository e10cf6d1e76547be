import { setTimeout as pause } from "node:timers/promises";
import { expect, it } from "vitest";
import { systemClock } from "../core/clock.ts";
import { ReadCounter } from "./read-counter.ts";
import { measureSelf } from "./self-measurement.ts";
import { SlotCounter } from "./slot-counter.ts";

const STILL_MS = 100;

it("knows how late the loop was for the answers that it met, however short that was by time", async () => {
  const reads = new ReadCounter();
  const self = measureSelf(systemClock, new SlotCounter(), reads);
  await pause(50);
  for (const end = performance.now() + STILL_MS; performance.now() < end;);
  for (let n = 0; n < 100; n += 1) reads.met(true);
  await pause(50);
  const { readDelayMs } = self.stop();
  // All were met in one look, which was late by what remained of the pause at least; its own gap is 15 ms at most.
  expect(readDelayMs.ttft).toBeGreaterThan((STILL_MS - 15) * 0.98);
  expect(readDelayMs.icl).toBeNull();
});
