import type { FileMetaData } from "hyparquet";
import { writtenNumber } from "../../core/written-number.ts";

/**
 * The metadata of a file in which the decimals among its columns are plain integers or bytes, and how many digits of
 * each stand behind the point: the reader would make floating-point numbers of them. Decimals inside of other values
 * stay what it makes of them.
 */
export function withoutDecimals(metadata: FileMetaData): {
  readonly raw: FileMetaData;
  readonly scales: ReadonlyMap<string, number>;
} {
  const scales = new Map<string, number>();
  let nested = 0;
  const schema = metadata.schema.map((element, index) => {
    const isColumn = index > 0 && nested === 0;
    // The children of an element stand right behind it.
    if (index > 0) nested = Math.max(0, nested - 1) + (element.num_children ?? 0);
    const { converted_type: converted, logical_type: logical, ...rest } = element;
    if (!isColumn || element.num_children !== undefined) return element;
    if (converted !== "DECIMAL" && logical?.type !== "DECIMAL") return element;
    scales.set(element.name, element.scale ?? (logical?.type === "DECIMAL" ? logical.scale : 0));
    return rest;
  });
  return { raw: { ...metadata, schema }, scales };
}

/** A decimal as it would be written: an integer, or its bytes from the highest on, with a point in it. */
export function decimal(raw: unknown, scale: number): unknown {
  const unscaled = integerOf(raw);
  if (unscaled === null) return undefined;
  const negative = unscaled < 0n;
  const digits = String(negative ? -unscaled : unscaled).padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  const fraction = scale > 0 ? `.${digits.slice(digits.length - scale)}` : "";
  return writtenNumber(`${negative ? "-" : ""}${whole}${fraction}`);
}

function integerOf(raw: unknown): bigint | null {
  if (typeof raw === "bigint") return raw;
  if (typeof raw === "number") return BigInt(raw);
  if (!(raw instanceof Uint8Array)) return null;
  let value = 0n;
  for (const byte of raw) value = (value << 8n) | BigInt(byte);
  return BigInt.asIntN(raw.length * 8, value);
}
