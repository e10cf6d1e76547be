import { sharedAbort } from "../core/shared-abort.ts";
import type { Millis, Timer } from "../core/clock.ts";
import { STOP_SIGNALS, type CliContext } from "./context.ts";
import { EXIT } from "./exit-codes.ts";

/** How long requests in flight may still take after the first Ctrl-C. */
const GRACE_MS: Millis = 10_000;

/** Turns signals into the two ways of stopping a run. */
export interface Interrupts {
  /** Aborted by the first signal: nothing more is sent. */
  readonly stop: AbortSignal;
  /** Aborted when the grace time is over: what is in flight ends. */
  readonly abandon: AbortSignal;
  /** What the second signal must still do before the process ends. */
  beforeExit(action: () => void): void;
  /** Gives the signals back. */
  release(): void;
}

/** Listens for Ctrl-C, SIGTERM and SIGHUP: once stops sending, twice ends the process at once with code 130. */
export function listenForInterrupts(context: CliContext, say: (line: string) => void): Interrupts {
  const stop = sharedAbort();
  const abandon = sharedAbort();
  let last: () => void = () => {};
  let grace: Timer | null = null;
  const onSignal = (): void => {
    if (stop.signal.aborted) {
      try {
        last();
      } finally {
        context.exit(EXIT.interrupted);
      }
      return;
    }
    say(`stopping: what is in flight gets ${GRACE_MS / 1000} s to end; press Ctrl-C again to end at once`);
    stop.abort();
    grace = context.clock.setTimer(GRACE_MS, () => abandon.abort());
  };
  const releases = STOP_SIGNALS.map((signal) => context.onSignal(signal, onSignal));
  return {
    stop: stop.signal,
    abandon: abandon.signal,
    beforeExit: (action) => (last = action),
    release() {
      grace?.cancel();
      for (const release of releases) release();
    },
  };
}
