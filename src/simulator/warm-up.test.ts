import { expect, test } from "vitest";
import { systemClock } from "../core/clock.ts";
import { warmUpSimulator } from "./warm-up.ts";

test("ends by itself and closes what it opened", async () => {
  await warmUpSimulator(systemClock);
  const openSockets = (): string[] => process.getActiveResourcesInfo().filter((kind) => kind.startsWith("TCP"));
  await expect.poll(openSockets).toEqual([]);
});
