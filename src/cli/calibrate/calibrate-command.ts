import { calibrate } from "../../benchmark/calibrate.ts";
import { calibrationKey, calibrationPath, saveCalibration } from "../../benchmark/calibration-store.ts";
import { toolVersion } from "../../benchmark/version.ts";
import type { CalibratedLevel } from "../../core/calibration.ts";
import type { Millis } from "../../core/clock.ts";
import { calibrationView, envelopeText } from "../../reports/calibration-view.ts";
import { renderText } from "../../reports/view.ts";
import { PIPE_COLUMNS } from "../bench/final-words.ts";
import { painter, wantsColor } from "../colors.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { listenForInterrupts } from "../interrupts.ts";
import { sayOn } from "../say.ts";
import { jsonText } from "../json-text.ts";

/** The flags of `calibrate`, as commander gives them. */
export interface CalibrateFlags {
  concurrency: number[];
  tpot: Millis;
  duration: Millis;
  save: boolean;
  json?: boolean;
  quiet?: boolean;
}

/** Runs `calibrate` and returns its exit code; throws `BenchError` for what can be said in one message. */
export async function calibrateCommand(flags: CalibrateFlags, context: CliContext): Promise<number> {
  const say = sayOn(context, flags.json === true);
  const tell = (kind: "note" | "hint", text: string): void => {
    if (flags.quiet !== true && flags.json !== true) say(kind, text);
  };
  const interrupts = listenForInterrupts(context, (text) => say("note", text));
  let levels: CalibratedLevel[];
  try {
    levels = await calibrate({
      levels: flags.concurrency,
      tpotMs: flags.tpot,
      durationMs: flags.duration,
      clock: context.clock,
      stop: interrupts.stop,
      onLevel: (level) => tell("note", envelopeText(level)),
    });
  } finally {
    interrupts.release();
  }
  // What was in flight when someone stopped it was cut short, so only whole levels are here.
  if (interrupts.stop.aborted) return EXIT.interrupted;
  show(levels, flags, context);
  if (!flags.save) return EXIT.success;
  const path = calibrationPath(context.home, context.env);
  const at = context.clock.wallTime();
  saveCalibration(path, calibrationKey(toolVersion()), { levels, at });
  tell("note", `kept in ${path}; runs on this machine quote it from now on`);
  return EXIT.success;
}

function show(levels: readonly CalibratedLevel[], { json }: CalibrateFlags, { stdout, env }: CliContext): void {
  if (json === true) return void stdout.write(jsonText({ levels }));
  const width = Math.max(60, stdout.columns ?? PIPE_COLUMNS);
  stdout.write(renderText(calibrationView(levels), { width, color: painter(wantsColor(stdout, env)) }));
}
