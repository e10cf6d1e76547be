import type { TestResult } from "../core/result.ts";

/** From the first request sent to the last answer done, of each segment. */
export interface Window {
  add(result: TestResult): void;
  /** Summed over segments, in milliseconds; null before anything was sent. */
  readonly wallMs: number | null;
  /** An amount per second of it; null where the window is empty. */
  perSecond(amount: number): number | null;
}

export function createWindow(): Window {
  const segments = new Map<number, { from: number; to: number }>();
  const wallMs = (): number | null =>
    segments.size === 0 ? null : [...segments.values()].reduce((sum, { from, to }) => sum + to - from, 0);
  return {
    add({ segment, timing }) {
      const { first_sent_at_ms: sent, done_at_ms: done } = timing;
      if (sent === null || done === null) return;
      const known = segments.get(segment);
      if (known === undefined) {
        segments.set(segment, { from: sent, to: done });
      } else {
        known.from = Math.min(known.from, sent);
        known.to = Math.max(known.to, done);
      }
    },
    get wallMs() {
      return wallMs();
    },
    perSecond(amount) {
      const wall = wallMs();
      return wall === null || wall <= 0 ? null : (amount * 1000) / wall;
    },
  };
}

/** Null where there are answers, and none of them says how many tokens it has. */
export function tokensPerSecond(window: Window, tokens: number, counted: number, answers: number): number | null {
  return answers > 0 && counted === 0 ? null : window.perSecond(tokens);
}
