import type { Call } from "../../src/core/provider.ts";

/** One attempt to be made, in which nothing stands out, for tests to vary. */
export function exampleCall(more: Partial<Call> = {}): Call {
  return {
    request: { model: "m", prompt: "Hi", stream: true },
    test_id: "t",
    sample: 0,
    attempt: 0,
    signal: new AbortController().signal,
    keepRaw: false,
    observer: { sent() {}, tokens() {} },
    ...more,
  };
}
