import { BenchError } from "../../core/errors.ts";
import { didYouMean } from "../../documents/suggest.ts";
import { quoted } from "../../documents/words.ts";
import { alpaca } from "./alpaca.ts";
import { arc } from "./arc.ts";
import { fieldAt, isFields } from "./fields.ts";
import { gsm8k } from "./gsm8k.ts";
import { hellaswag } from "./hellaswag.ts";
import { humanEval } from "./human-eval.ts";
import { inspect } from "./inspect.ts";
import { mmlu } from "./mmlu.ts";
import { openaiBatch } from "./openai-batch.ts";
import { openaiChat } from "./openai-chat.ts";
import { openaiEvals } from "./openai-evals.ts";
import { sharegpt } from "./sharegpt.ts";
import type { RecordShape } from "./shape.ts";
import { squad } from "./squad.ts";
import { truthfulQa } from "./truthful-qa.ts";

const RECORD_SHAPES: readonly RecordShape[] = [
  openaiEvals,
  openaiChat,
  openaiBatch,
  sharegpt,
  alpaca,
  humanEval,
  gsm8k,
  mmlu,
  arc,
  hellaswag,
  truthfulQa,
  squad,
  inspect,
];

/** What `--shape` may say; `own` is this tool's own test cases. */
export const SHAPE_NAMES: readonly string[] = ["own", ...RECORD_SHAPES.map(({ name }) => name), "promptfoo"];

/**
 * The shape of a file by its first records: that of most of them, since any one may be odd. Null for our own, and for
 * what is not known, whose errors tell what ours wants. Throws `BenchError("dataset")` where several shapes fit.
 */
export function recognise(records: readonly unknown[], file: string): RecordShape | null {
  const votes = new Map<RecordShape | null, number>();
  for (const record of records) {
    if (!isFields(record)) continue;
    const fitting = isOwn(record) ? [null] : RECORD_SHAPES.filter((shape) => shape.recognises(record));
    for (const shape of fitting) votes.set(shape, (votes.get(shape) ?? 0) + 1);
  }
  const most = Math.max(0, ...votes.values());
  const best = [...votes].filter(([, count]) => count === most).map(([shape]) => shape);
  // Where half of them are ours, a mistake in the others is told as ours are.
  if (best.length === 0 || best.includes(null)) return null;
  const [first = null, ...others] = best;
  if (others.length === 0) return first;
  const fitting = best.map((shape) => shape?.name);
  throw new BenchError("dataset", `${file} could be read as ${fitting.join(" or as ")}`, {
    hint: `Say which with --shape ${fitting[0]}, or name the columns with --map prompt=COLUMN,expected=COLUMN.`,
  });
}

/** An id and a prompt are ours, whatever else stands there: an unknown key is then a mistake. */
function isOwn(record: Readonly<Record<string, unknown>>): boolean {
  const has = (key: string): boolean => fieldAt(record, key) !== undefined;
  return has("id") && (has("prompt") || has("messages"));
}

/** The shape of a name; null for `own` and for promptfoo, which is no shape of records. Throws `BenchError("usage")`. */
export function shapeNamed(name: string): RecordShape | null {
  if (!SHAPE_NAMES.includes(name)) {
    throw new BenchError("usage", `there is no shape ${quoted(name)}${didYouMean(name, SHAPE_NAMES)}`, {
      hint: `Shapes are ${SHAPE_NAMES.join(", ")}.`,
    });
  }
  return RECORD_SHAPES.find((shape) => shape.name === name) ?? null;
}
