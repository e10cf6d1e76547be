import { sharedAbort } from "../core/shared-abort.ts";
import { STOP_SIGNALS, type CliContext } from "./context.ts";
import { EXIT } from "./exit-codes.ts";

/** Aborted by the first Ctrl-C, SIGTERM or SIGHUP; the second one ends the process at once. */
export function abandonOnSignal(context: CliContext): { readonly signal: AbortSignal; release(): void } {
  const controller = sharedAbort();
  const onSignal = (): void => {
    if (controller.signal.aborted) context.exit(EXIT.interrupted);
    controller.abort();
  };
  const releases = STOP_SIGNALS.map((signal) => context.onSignal(signal, onSignal));
  return {
    signal: controller.signal,
    release() {
      for (const release of releases) release();
    },
  };
}
