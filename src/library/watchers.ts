import { firstAbort, sharedAbort } from "../core/shared-abort.ts";
import type { RunObserver } from "../core/run-events.ts";
import type { BenchmarkRunOptions } from "./benchmark-runner.ts";
import { isPromise } from "./check-call.ts";
import { inOptionWords } from "./option-words.ts";

/** The caller's functions, fit to be called from the middle of a run. */
export interface Watchers {
  readonly stop: AbortSignal;
  readonly observe: RunObserver;
  readonly warn: (message: string) => void;
  /** Throws what one of them threw, once the run is safe on disk. */
  rethrow(): void;
}

/**
 * What a caller's function throws must not end the run halfway through a record: it stops the run as `signal` does, the
 * function is not called again, and the error is the caller's again when all is written.
 */
export function guarded({ signal, onEvent, onWarning }: BenchmarkRunOptions): Watchers {
  const stopping = sharedAbort();
  let thrown: { readonly error: unknown } | null = null;
  let isOver = false;
  const failed = (error: unknown): void => {
    // Nobody is left to throw it to: Node reports it, as it does every rejection that nobody handles.
    if (isOver) throw error;
    thrown ??= { error };
    stopping.abort();
  };
  const calling = (action: () => unknown): void => {
    if (thrown !== null) return;
    try {
      const returned = action();
      if (isPromise(returned)) void Promise.resolve(returned).catch(failed);
    } catch (error) {
      failed(error);
    }
  };
  return {
    stop: signal === undefined ? stopping.signal : firstAbort([signal, stopping.signal]),
    observe: (event) => {
      if (onEvent !== undefined) calling(() => onEvent(event));
    },
    warn: (message) => {
      if (onWarning !== undefined) calling(() => onWarning(inOptionWords(message)));
    },
    rethrow() {
      isOver = true;
      if (thrown !== null) throw thrown.error;
    },
  };
}
