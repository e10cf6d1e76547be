import { type LevelValidity, type Validity, VERDICTS, type Verdict } from "./summary.ts";

/** A stretch of a run that was judged by itself, and what it is called where there are several. */
export interface JudgedPart {
  readonly name: string;
  readonly validity: Validity;
}

/**
 * The validity of what was measured in parts: the worst verdict, all reasons with the names of their parts, the worst
 * parts' first, and of each measurement the value that speaks most against the whole. There must be one part at least.
 */
export function worstValidity(parts: readonly JudgedPart[]): Validity {
  const [only, ...others] = parts;
  if (only !== undefined && others.length === 0) return only.validity;
  const judged = parts.map(({ validity }) => validity);
  const most = (read: (validity: Validity) => number | null): number | null => extreme(judged.map(read), (x) => x);
  const levels = worstLevels(judged.flatMap((validity) => validity.levels ?? []));
  const calibrated = judged.some(({ calibrated_error_ms: known }) => known !== undefined);
  return {
    verdict: worstOf(judged.map(({ verdict }) => verdict)),
    reasons: worstFirst(parts.some(isJudged) ? parts.filter(isJudged) : parts).flatMap(({ name, validity }) =>
      validity.reasons.map((reason) => `${name}: ${reason}`),
    ),
    error_bar_ms: { ttft: most((part) => part.error_bar_ms.ttft), icl: most((part) => part.error_bar_ms.icl) },
    send_lag_ms: { p50: most((part) => part.send_lag_ms.p50), p99: most((part) => part.send_lag_ms.p99) },
    event_loop_delay_ms: {
      p50: most((part) => part.event_loop_delay_ms.p50),
      p99: most((part) => part.event_loop_delay_ms.p99),
      max: most((part) => part.event_loop_delay_ms.max),
    },
    ...leastDelivered(judged),
    connect_wait_ms: { p50: most((part) => part.connect_wait_ms.p50), p99: most((part) => part.connect_wait_ms.p99) },
    little_residual: extreme(
      judged.map((part) => part.little_residual),
      Math.abs,
    ),
    cpu_share: most((part) => part.cpu_share),
    ...(calibrated
      ? {
          calibrated_error_ms: {
            ttft: most((part) => part.calibrated_error_ms?.ttft ?? null),
            icl: most((part) => part.calibrated_error_ms?.icl ?? null),
          },
        }
      : {}),
    ...(levels.length === 0 ? {} : { levels }),
  };
}

const isJudged = ({ validity }: JudgedPart): boolean => validity.verdict !== null;

/** A table shows the first few reasons only. */
const worstFirst = (parts: readonly JudgedPart[]): JudgedPart[] =>
  parts.toSorted((a, b) => severity(b.validity.verdict) - severity(a.validity.verdict));

/** A part that measured nothing says nothing of the others. */
const severity = (verdict: Verdict | null): number => (verdict === null ? -1 : VERDICTS.indexOf(verdict));

const worstOf = (verdicts: readonly (Verdict | null)[]): Verdict | null =>
  VERDICTS[Math.max(...verdicts.map(severity))] ?? null;

/** The rates of the part that fell the furthest behind; in a closed loop there are none but those that came out. */
function leastDelivered(parts: readonly Validity[]): Pick<Validity, "requested_rate" | "delivered_rate"> {
  const asked = parts.filter(({ requested_rate }) => requested_rate !== null);
  const share = ({ requested_rate, delivered_rate }: Validity): number => (delivered_rate ?? 0) / (requested_rate ?? 1);
  const [least] = asked.toSorted((a, b) => share(a) - share(b));
  if (least !== undefined) return { requested_rate: least.requested_rate, delivered_rate: least.delivered_rate };
  const rates = parts.map(({ delivered_rate }) => delivered_rate);
  return { requested_rate: null, delivered_rate: extreme(rates, (rate) => -rate) };
}

/** One entry a level (and target), upward: a level that was gone on with was measured more than once. */
function worstLevels(levels: readonly LevelValidity[]): LevelValidity[] {
  const isSame = (a: LevelValidity) => (b: LevelValidity) => a.level === b.level && a.target === b.target;
  const firsts = levels.filter((of, i) => levels.findIndex(isSame(of)) === i);
  return firsts.map((first) => worstLevel(first, levels.filter(isSame(first)))).toSorted((a, b) => a.level - b.level);
}

function worstLevel(first: LevelValidity, measured: readonly LevelValidity[]): LevelValidity {
  const most = (read: (of: LevelValidity) => number | null): number | null => extreme(measured.map(read), (x) => x);
  return {
    ...first,
    verdict: worstOf(measured.map(({ verdict }) => verdict)),
    error_bar_ms: { ttft: most((of) => of.error_bar_ms.ttft), icl: most((of) => of.error_bar_ms.icl) },
  };
}

/** The value with the greatest badness; null when none is known. */
function extreme(values: readonly (number | null)[], badness: (value: number) => number): number | null {
  const known = values.filter((value) => value !== null);
  return known.toSorted((a, b) => badness(b) - badness(a))[0] ?? null;
}
