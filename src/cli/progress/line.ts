import type { Millis } from "../../core/clock.ts";
import { printableLine } from "../../core/printable.ts";
import { textWidth } from "../../core/text-width.ts";
import { shortened } from "../../reports/table.ts";
import type { Pace, ProgressState, TargetProgress } from "./state.ts";

/** `1h 02m`, `3m 05s`, `42s`. */
export function clockText(ms: Millis): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const two = (value: number): string => String(value).padStart(2, "0");
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${two(seconds % 60)}s`;
  return `${Math.floor(seconds / 3600)}h ${two(Math.floor(seconds / 60) % 60)}m`;
}

/** How lines are drawn. */
export interface LineView {
  readonly columns: number;
  /** The widest label of all lines, which stand below one another. */
  readonly labelWidth: number;
  /** Whether the line is drawn again and again. */
  readonly live: boolean;
}

/** The parts of a line, in the order in which they stand there. */
const PARTS = [
  "label",
  "bar",
  "counts",
  "wait",
  "level",
  "failed",
  "unfailed",
  "skipped",
  "time",
  "requests",
  "tokens",
  "retries",
  "current",
] as const;
type Part = (typeof PARTS)[number];

/** Texts of each part, each one longer and more telling than the one before. */
type Texts = Readonly<Partial<Record<Part, readonly string[]>>>;

/**
 * What a line has room for comes first: in this order its parts get their next longer text, while all of them together
 * fit. What is left of the width goes to the name of the case.
 */
const BY_WEIGHT: readonly (readonly [Part, number])[] = [
  ["label", 0],
  ["counts", 0],
  ["time", 0],
  ["current", 0],
  ["current", 1],
  ["wait", 0],
  ["requests", 0],
  ["failed", 0],
  ["level", 0],
  ["tokens", 0],
  ["wait", 1],
  ["label", 1],
  ["label", 2],
  ["wait", 2],
  ["skipped", 0],
  ["bar", 0],
  ["retries", 0],
  ["unfailed", 0],
  ["bar", 1],
];

const GAP = "  ";

/** Where one target is, in a line of at most `columns` cells; what matters least is left out first. */
export function progressLine(state: ProgressState, progress: TargetProgress, now: Millis, view: LineView): string {
  const texts = textsOf(progress, { ...state.pace(progress, now), elapsedMs: state.elapsed(progress, now) }, now, view);
  const chosen = new Map<Part, string>();
  const lineOf = (parts: ReadonlyMap<Part, string>): string => PARTS.flatMap((part) => parts.get(part) ?? []).join(GAP);
  for (const [part, size] of BY_WEIGHT) {
    const text = texts[part]?.[size];
    if (text === undefined) continue;
    const longer = new Map(chosen).set(part, text);
    if (textWidth(lineOf(longer)) <= view.columns) chosen.set(part, text);
  }
  const name = nameOf(progress);
  if (chosen.has("current") && name !== null) {
    const room = view.columns - textWidth(lineOf(chosen)) + textWidth(chosen.get("current") ?? "");
    chosen.set("current", shortened(name, room));
  }
  return chosen.size === 0 ? shortened(progress.target, view.columns) : lineOf(chosen);
}

/** Cells that a label and a case's name get before anything else does; a name gets fewer in a very narrow window. */
const FIRST_CELLS = 12;
const FEWEST_CELLS = 5;
/** No label takes more than this share of a line. */
const LABEL_SHARE = 0.4;
/** As many columns as a label gets where not all of it fits. */
const MORE_CELLS = 20;

function textsOf(
  progress: TargetProgress,
  pace: Pace & { readonly elapsedMs: Millis },
  now: Millis,
  view: LineView,
): Texts {
  const { planned, failed, skipped, retries, level } = progress;
  const ended = progress.endedAt !== null;
  const label = (cells: number): string => {
    const text = shortened(printableLine(progress.target), cells);
    return text + " ".repeat(Math.max(0, Math.min(cells, view.labelWidth) - textWidth(text)));
  };
  const name = nameOf(progress);
  const waits = !ended && !progress.stopping && progress.waitsUntil > now ? clockText(progress.waitsUntil - now) : null;
  return {
    label: [FIRST_CELLS, MORE_CELLS, Math.max(MORE_CELLS, Math.floor(view.columns * LABEL_SHARE))].map(label),
    ...(view.live ? { bar: [bar(progress, 8), bar(progress, 16)] } : {}),
    counts: [
      planned === null
        ? `${progress.done}${view.live ? "" : " done"}`
        : `${`${progress.done}/${planned}`.padStart(String(planned).length * 2 + 1)}${view.live ? "" : " done"}`,
    ],
    ...(waits === null
      ? {}
      : { wait: [`waits ${waits}`, `rate-limited ${waits}`, `rate-limited, resumes in ${waits}`] }),
    ...(level === null || ended ? {} : { level: [`level ${level}`] }),
    ...(failed > 0 ? { failed: [`${failed} failed`] } : { unfailed: ["0 failed"] }),
    ...(skipped > 0 ? { skipped: [`${skipped} skipped`] } : {}),
    time: [timeText(progress, pace)],
    requests: [`${rate(pace.requests)} req/s`],
    ...(pace.tokens === null ? {} : { tokens: [`${rate(pace.tokens)} tok/s`] }),
    ...(retries > 0 ? { retries: [`${retries} retries`] } : {}),
    // Room of the same size for every name, so that lines do not change shape from case to case.
    ...(name === null ? {} : { current: [FEWEST_CELLS, FIRST_CELLS].map((cells) => " ".repeat(cells)) }),
  };
}

/** What is left: of the time or of the cases, whichever ends first; and how long it took, once nothing is. */
function timeText(
  { planned, endedAt, stopping }: TargetProgress,
  { etaMs, leftMs, elapsedMs }: Pace & { readonly elapsedMs: Millis },
): string {
  if (endedAt !== null) return `in ${clockText(elapsedMs)}`;
  if (stopping) return "stopping";
  if (leftMs !== null && (etaMs === null || leftMs < etaMs)) return `${clockText(leftMs)} left`;
  if (planned === null) return `for ${clockText(elapsedMs)}`;
  return `ETA ${etaMs === null ? "?" : clockText(etaMs)}`;
}

/** The case that was started last, while anything goes on: ids may hold anything, and be of any length. */
function nameOf({ current, endedAt }: TargetProgress): string | null {
  return current === null || endedAt !== null ? null : printableLine(current.slice(0, 500));
}

const rate = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toFixed(1));

function bar({ done, planned }: TargetProgress, cells: number): string {
  if (planned === null) return "·".repeat(cells);
  const full = planned === 0 ? cells : Math.min(cells, Math.floor((done / planned) * cells));
  return "█".repeat(full) + "░".repeat(cells - full);
}
