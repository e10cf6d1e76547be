/** Stands where a number is unknown. */
const NOTHING = "–";

const TIME_UNITS = [
  { unit: "µs", ms: 0.001 },
  { unit: "ms", ms: 1 },
  { unit: "s", ms: 1000 },
] as const;
const MINUTE_MS = 60_000;

/** A time with three digits and its unit: `312 µs`, `87.3 ms`, `1.24 s`, `2 min 05 s`; a dash for null. */
export function formatMillis(ms: number | null): string {
  if (ms === null) return NOTHING;
  if (Math.abs(ms) >= MINUTE_MS) return minutesAndSeconds(ms);
  const { unit, ms: size } = unitFor(ms);
  return `${digits(ms / size)} ${unit}`;
}

/** Several times in the unit and with the decimals that suit the largest; signed, so that they read as differences. */
export function formatDifferences(values: readonly number[]): { texts: string[]; unit: string } {
  const largest = Math.max(...values.map(Math.abs));
  const { unit, ms: size } = unitFor(largest);
  const decimals = decimalsFor(largest / size);
  return { texts: values.map((value) => signed(value / size, decimals)), unit };
}

/** A count with at most four digits: `842`, `9041`, `12.3k`, `1.23M`. */
export function formatCount(count: number | null): string {
  if (count === null) return NOTHING;
  if (count < 9999.5) return String(Math.round(count));
  return count < 999_500 ? `${digits(count / 1000)}k` : `${digits(count / 1_000_000)}M`;
}

/** A rate with three digits: `4.21`, `87.3`, `312`, `12.3k`. */
export function formatRate(rate: number | null): string {
  if (rate === null) return NOTHING;
  return rate < 999.5 ? digits(rate) : formatCount(rate);
}

/** US dollars with two digits that count below a dollar: `$0.0042`, `$1.24`. */
export function formatDollars(dollars: number | null): string {
  if (dollars === null) return NOTHING;
  if (dollars === 0) return "$0";
  const decimals = dollars >= 0.995 ? 2 : 1 - Math.floor(Math.log10(Number(dollars.toPrecision(2))));
  return `$${dollars.toFixed(Math.max(2, decimals))}`;
}

/** A share as `98.3 %`. Only 1 is `100 %`: what is nearly all stays below it, what is nearly nothing above 0. */
export function formatShare(share: number | null): string {
  if (share === null) return NOTHING;
  if (share === 0 || share === 1) return `${share * 100} %`;
  return `${Math.min(99.9, Math.max(0.1, share * 100)).toFixed(1)} %`;
}

/** A p-value as it stands in a sentence: `p < 0.001`, `p = 0.03`. */
export function formatP(p: number): string {
  if (p < 0.001) return "p < 0.001";
  return `p = ${p < 0.0995 ? p.toPrecision(1) : p.toFixed(2)}`;
}

/** A signed number with a real minus sign. */
export function signed(value: number, decimals: number): string {
  const text = Math.abs(value).toFixed(decimals);
  if (Number(text) === 0) return text;
  return value < 0 ? `−${text}` : `+${text}`;
}

function unitFor(ms: number): (typeof TIME_UNITS)[number] {
  const rounded = Math.abs(Number(ms.toPrecision(3)));
  if (rounded === 0) return TIME_UNITS[1];
  return TIME_UNITS.findLast((unit) => rounded >= unit.ms) ?? TIME_UNITS[0];
}

function minutesAndSeconds(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1000);
  return `${ms < 0 ? "−" : ""}${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}

function decimalsFor(value: number): number {
  const rounded = Math.abs(Number(value.toPrecision(3)));
  return rounded >= 100 ? 0 : rounded >= 10 ? 1 : 2;
}

function digits(value: number): string {
  const text = Math.abs(value).toFixed(decimalsFor(value));
  const plain = Number(text) === 0 ? "0" : text;
  return value < 0 ? `−${plain}` : plain;
}
