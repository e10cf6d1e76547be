import { textWidth } from "../../core/text-width.ts";
import type { Millis } from "../../core/clock.ts";
import { printableLine } from "../../core/printable.ts";
import type { ProgressState, TargetProgress } from "./state.ts";

const BAR_CELLS = 16;

/** `1h 02m`, `3m 05s`, `42s`. */
export function clockText(ms: Millis): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const two = (value: number): string => String(value).padStart(2, "0");
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${two(seconds % 60)}s`;
  return `${Math.floor(seconds / 3600)}h ${two(Math.floor(seconds / 60) % 60)}m`;
}

const rate = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toFixed(1));

function bar({ done, planned }: TargetProgress): string {
  if (planned === null) return "·".repeat(BAR_CELLS);
  const full = planned === 0 ? BAR_CELLS : Math.floor((done / planned) * BAR_CELLS);
  return "█".repeat(full) + "░".repeat(BAR_CELLS - full);
}

/** Where one target is, in a line of at most `columns` cells; what matters least is left out first. */
export function progressLine(
  state: ProgressState,
  progress: TargetProgress,
  now: Millis,
  view: { columns: number; labelWidth: number; live: boolean },
): string {
  const { requests, tokens, etaMs } = state.rates(progress, now);
  const { planned } = progress;
  const over = progress.done === planned;
  const label = progress.target + " ".repeat(Math.max(0, view.labelWidth - textWidth(progress.target)));
  const counts =
    planned === null ? String(progress.done) : `${progress.done}/${planned}`.padStart(String(planned).length * 2 + 1);
  const wait =
    !over && progress.waitsUntil > now ? [`rate-limited, resumes in ${clockText(progress.waitsUntil - now)}`] : [];
  const withBar = `${label}  ${bar(progress)}  ${counts}`;
  // Why nothing moves matters more than the bar that does not.
  const hasBar = view.live && (wait.length === 0 || textWidth([withBar, ...wait].join("  ")) <= view.columns);
  const parts = [
    hasBar ? withBar : `${label}  ${counts} done`,
    ...wait,
    `${progress.failed} failed`,
    ...(progress.skipped > 0 ? [`${progress.skipped} skipped`] : []),
    ...(over || planned === null
      ? [`in ${clockText(state.elapsed(progress, now))}`]
      : [`ETA ${etaMs === null ? "?" : clockText(etaMs)}`]),
    `${rate(requests)} req/s`,
    `${rate(tokens)} tok/s`,
    ...(progress.retries > 0 ? [`${progress.retries} retries`] : []),
    ...(!over && progress.current !== null ? [printableLine(progress.current)] : []),
  ];
  let line = parts[0] ?? "";
  for (const part of parts.slice(1)) {
    const longer = `${line}  ${part}`;
    if (textWidth(longer) > view.columns) break;
    line = longer;
  }
  return line;
}
