import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { systemClock, type Clock } from "../../src/core/clock.ts";
import { answering } from "../../src/simulator/handler.ts";
import { resolveOptions, type SimulatorOptions } from "../../src/simulator/options.ts";
import { startCounter } from "../../src/simulator/statistics.ts";

/** A request as the simulator saw it. */
export interface SeenRequest {
  readonly model: string;
  /** `test_id#sample`, as the `sim` provider names its cases. */
  readonly key: string;
  readonly attempt: number;
}

/** A simulator in this process that keeps every request, and that can be watched and held up. */
export interface RecordingSimulator {
  /** For `SIM_BASE_URL`. */
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  /** Answers that have ended, or whose clients have left. */
  readonly ended: number;
  /** Calls `action` once, at once when `condition` first holds; it is looked at after each request and each end. */
  when(condition: () => boolean, action: () => void): void;
  /** Resolves when the condition first holds. */
  until(condition: () => boolean): Promise<void>;
  /** Time stands still: no token goes out, not even one of a later request. */
  hold(): void;
  /** Time goes on; what was due meanwhile goes out. */
  release(): void;
}

/** Starts it; it is closed when the test ends. */
export async function recordingSimulator(options: SimulatorOptions): Promise<RecordingSimulator> {
  const requests: SeenRequest[] = [];
  let ended = 0;
  let watchers: { condition: () => boolean; action: () => void }[] = [];
  const happened = (): void => {
    const due = watchers.filter(({ condition }) => condition());
    watchers = watchers.filter((watcher) => !due.includes(watcher));
    for (const { action } of due) action();
  };
  let held: (() => void)[] | null = null;
  let stoppedAt = 0;
  const clock: Clock = {
    ...systemClock,
    now: () => (held === null ? systemClock.now() : stoppedAt),
    setTimer: (afterMs, action) =>
      systemClock.setTimer(afterMs, () => {
        if (held === null) action();
        else held.push(action);
      }),
  };
  const answer = answering(resolveOptions(options), clock, startCounter(false));
  const server = createServer({ noDelay: true }, (request, response) => {
    let body = "";
    request.on("data", (piece: string | Buffer) => (body += piece.toString()));
    request.on("end", () => {
      const { model } = JSON.parse(body) as { model: string };
      const key = decodeURIComponent(String(request.headers["x-sim-case"]));
      requests.push({ model, key, attempt: Number(request.headers["x-sim-attempt"]) });
      happened();
    });
    response.on("close", () => {
      ended += 1;
      happened();
    });
    answer(request, response);
  });
  server.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const { port } = server.address() as AddressInfo;
  const when = (condition: () => boolean, action: () => void): void => {
    if (condition()) action();
    else watchers.push({ condition, action });
  };
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    get ended() {
      return ended;
    },
    when,
    until: (condition) => new Promise((resolve) => when(condition, resolve)),
    hold() {
      stoppedAt = clock.now();
      held ??= [];
    },
    release() {
      const waiting = held ?? [];
      held = null;
      for (const action of waiting) action();
    },
  };
}
