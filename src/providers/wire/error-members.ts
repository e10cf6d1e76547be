import { DEEPEST } from "./error-words.ts";

// The members in which servers put the codes of an error, under the names that are in use, and what their values say.

const SUCCESSES: ReadonlySet<string> = new Set([
  "",
  "ok",
  "success",
  "successful",
  "succeeded",
  "none",
  "null",
  "nil",
  "false",
  "undefined",
  "no error",
  "normal",
]);
/** Members that say nothing of how it went. */
export const NEUTRAL: ReadonlySet<string> = new Set([
  "id",
  "request_id",
  "requestId",
  "RequestId",
  "trace_id",
  "log_id",
  "timestamp",
  "time",
  "path",
  "param",
  "success",
  "ok",
  "index",
]);
export const CODES = [
  "code",
  "error_code",
  "errorCode",
  "errcode",
  "errorcode",
  "errno",
  "err_no",
  "retcode",
  "Code",
  "type",
  "error_type",
  "errorType",
  "__type",
  "status",
  "status_code",
  "statusCode",
  "http_status",
  "reason",
  "name",
  "event",
] as const;
export const STATUSES = [
  "code",
  "status",
  "status_code",
  "statusCode",
  "http_status",
  "error_code",
  "errorCode",
  "Code",
] as const;
export function isSuccessText(text: string): boolean {
  const plain = text.trim().toLowerCase();
  return SUCCESSES.has(plain) || (/^\d+$/.test(plain) && isSuccessStatus(Number(plain)));
}

const isSuccessStatus = (status: number): boolean => status === 0 || (status >= 100 && status < 300);

/** Whether a value says that something went wrong: neither empty nor a success. */
export function says(value: unknown, depth = 0): boolean {
  if (typeof value === "string") return !isSuccessText(value);
  if (typeof value === "number") return !isSuccessStatus(value);
  if (typeof value === "boolean") return value;
  if (typeof value !== "object" || value === null) return false;
  if (depth === DEEPEST) return true;
  if (Array.isArray(value)) return value.some((entry) => says(entry, depth + 1));
  return Object.entries(value).some(([key, member]) => !NEUTRAL.has(key) && says(member, depth + 1));
}

/** An HTTP status of a refusal, also written as text. */
export function statusIn(value: unknown): number | null {
  const status = typeof value === "string" && /^\d{3}$/.test(value.trim()) ? Number(value) : value;
  return typeof status === "number" && Number.isInteger(status) && status >= 400 && status < 600 ? status : null;
}
