import { setMaxListeners } from "node:events";

/**
 * A controller whose signal any number of listeners may hear. Node takes more than ten for a leak, and warns on stderr;
 * here each request, slot and target in flight is one.
 */
export function sharedAbort(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

/** Aborted with the first of these signals; any number of listeners may hear it. */
export function firstAbort(signals: readonly AbortSignal[]): AbortSignal {
  const signal = AbortSignal.any([...signals]);
  setMaxListeners(0, signal);
  return signal;
}
