import { expect, it } from "vitest";
import { systemClock } from "../core/clock.ts";
import { warmUp } from "./warm-up.ts";

it("ends by itself and leaves nothing open", async () => {
  await expect(warmUp(systemClock)).resolves.toBeUndefined();
});
