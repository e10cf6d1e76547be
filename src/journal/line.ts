import { crc32 } from "node:zlib";
import { escapedJson } from "../core/printable.ts";
import { testResultSchema, type TestResult } from "../core/result.ts";

const CRC_MEMBER = ',"crc":"';
const SUFFIX_BYTES = CRC_MEMBER.length + '01234567"}'.length;

/** A line's record, or what is wrong with the line. */
export type Decoded<T> = { readonly ok: true; readonly record: T } | { readonly ok: false; readonly problem: string };

/**
 * One record as a journal line, newline included. Its last member `crc` is the CRC-32 (eight lowercase hex digits)
 * of the UTF-8 bytes before `,"crc"`.
 */
export function encodeLine(record: { readonly v: 1; readonly [member: string]: unknown }): string {
  const body = escapedJson(JSON.stringify(record)).slice(0, -1);
  return `${body}${suffixFor(crc32(body))}\n`;
}

/** From so many characters on, a raw body's line is made in pieces: escaped as a whole it might be longer than a string can be. */
export const LONG_RAW = 1 << 20;

/** The line of a raw body in pieces, byte for byte as `encodeLine` makes it of the same record. */
export function* rawLine(
  identity: Pick<TestResult, "target" | "test_id" | "sample">,
  raw: string,
  isCut: boolean,
): Generator<string> {
  let crc = 0;
  const summed = (piece: string): string => {
    crc = crc32(piece, crc);
    return piece;
  };
  const { target, test_id, sample } = identity;
  yield summed(`${escapedJson(JSON.stringify({ v: 1, target, test_id, sample })).slice(0, -1)},"raw":"`);
  for (let start = 0; start < raw.length;) {
    const end = start + LONG_RAW;
    // Both halves of a pair belong into one piece.
    const piece = raw.slice(start, /[\ud800-\udbff]/.test(raw.charAt(end - 1)) ? end + 1 : end);
    yield summed(escapedJson(JSON.stringify(piece)).slice(1, -1));
    start += piece.length;
  }
  yield summed(`"${isCut ? ',"raw_cut":true' : ""}`);
  yield `${suffixFor(crc)}\n`;
}

const CARRIAGE_RETURN = 0x0d;
const BYTE_ORDER_MARK = Buffer.from("\ufeff");

/** A line as it was written: editors and version control put a carriage return behind it, or a mark before the first. */
export function asWritten(line: Buffer): Buffer {
  const start = line.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
  return line.subarray(start, line.at(-1) === CARRIAGE_RETURN ? line.length - 1 : line.length);
}

/** Verifies a line (without its newline) and returns its record without the checksum. */
export function decodeLine(found: Buffer): Decoded<unknown> {
  const line = asWritten(found);
  const bodyBytes = line.length - SUFFIX_BYTES;
  if (bodyBytes < 1) return { ok: false, problem: "it is too short" };
  const body = line.subarray(0, bodyBytes);
  if (line.toString("latin1", bodyBytes) !== suffixFor(crc32(body))) {
    return { ok: false, problem: "its checksum does not match" };
  }
  try {
    return { ok: true, record: JSON.parse(`${body.toString("utf8")}}`) };
  } catch {
    return { ok: false, problem: "it is not JSON" };
  }
}

/** Verifies a line of `results.jsonl` and returns its result. */
export function decodeResult(line: Buffer): Decoded<TestResult> {
  const decoded = decodeLine(line);
  if (!decoded.ok) return decoded;
  const parsed = testResultSchema.safeParse(decoded.record);
  if (parsed.success) return { ok: true, record: parsed.data };
  const where = parsed.error.issues[0]?.path.join(".") ?? "";
  return { ok: false, problem: `it is not a result of format 1${where === "" ? "" : ` (${where})`}` };
}

const suffixFor = (crc: number): string => `${CRC_MEMBER}${crc.toString(16).padStart(8, "0")}"}`;
