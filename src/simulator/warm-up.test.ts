import { expect, test } from "vitest";
import { systemClock } from "../core/clock.ts";
import { warmUpSimulator } from "./warm-up.ts";

test("ends by itself and closes what it opened", async () => {
  // Of other tests in this process, connections may linger that close by and by.
  const openSockets = (): number => process.getActiveResourcesInfo().filter((kind) => kind.startsWith("TCP")).length;
  const before = openSockets();
  await warmUpSimulator(systemClock);
  await expect.poll(openSockets).toBeLessThanOrEqual(before);
});
