/** What kind of command failure this is; the CLI's table of exit codes is keyed by it. */
export type BenchErrorCode = "usage" | "config" | "resume" | "locked" | "dataset" | "auth" | "output" | "simulator";

/**
 * A command that cannot go on. A failed request is not one of these: it is data, with a failure code.
 * The message says what is wrong and where, the hint what to do about it.
 *
 * @example
 * try {
 *   await Dataset.load("./no-such-file.yaml");
 * } catch (error) {
 *   if (!(error instanceof BenchError)) throw error;
 *   console.error(`${error.code}: ${error.message} ${error.hint ?? ""}`);
 * }
 */
export class BenchError extends Error {
  override readonly name = "BenchError";
  /** What kind of failure this is. */
  readonly code: BenchErrorCode;
  /** What to do about it. */
  readonly hint: string | undefined;

  constructor(code: BenchErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}

/** The text of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `code` that Node puts on system errors (`ENOENT`, `ECONNREFUSED`, …), also of the first error inside an aggregate. */
export function systemCodeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  if ("code" in error && typeof error.code === "string") return error.code;
  if (error instanceof AggregateError) return systemCodeOf(error.errors[0]);
  return undefined;
}
