import { BenchError, messageOf, systemCodeOf } from "./errors.ts";

/** What a system error means for a file that is to be written, and what to do about it; a null way out is another place. */
const CAUSES: Readonly<Record<string, readonly [what: string, repair: string | null]>> = {
  ENOSPC: ["the disk is full", "Free some space"],
  EDQUOT: ["the disk quota is used up", "Free some space"],
  EFBIG: ["the file may grow no further", "Raise the limit (ulimit -f)"],
  EROFS: ["the file system is read-only", "Make it writable"],
  EIO: ["the disk reports an input/output error", "Check the disk"],
  ENXIO: ["the device is gone", "Check the disk"],
  ENODEV: ["the device is gone", "Check the disk"],
  ESTALE: ["the network file system has lost the file", "Mount it again"],
  ENOTCONN: ["the network file system is not connected", "Mount it again"],
  EMFILE: ["too many open files", "Lower --concurrency or raise the limit (ulimit -n)"],
  ENFILE: ["too many open files on this machine", "Close other programs"],
  EACCES: ["permission denied", null],
  EPERM: ["operation not permitted", null],
  EEXIST: ["a file of that name is in the way", null],
  EISDIR: ["a directory is in the way", null],
  ENOTDIR: ["a part of the path is a file", null],
  ENOENT: ["a folder of the path does not exist", null],
  ELOOP: ["a symbolic link is in the way", null],
  EBUSY: ["it is in use, or a file system is mounted there", null],
  ENAMETOOLONG: ["the path is too long", null],
};

/** Codes that only a disk gives: whatever was being done, the output could not be written. */
const DISK_CODES: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT", "EFBIG", "EROFS", "EIO"]);

/** Whether an error says that a disk is full, read-only or broken. */
export function isDiskError(error: unknown): boolean {
  return DISK_CODES.has(systemCodeOf(error) ?? "");
}

/**
 * The `BenchError("output")` for a system error met while doing something to a file of a run, in words and with a way
 * out. An error that is already worded stays as it is.
 */
export function outputError(doing: string, error: unknown): BenchError {
  return worded(doing, error, {
    repaired: "then resume the run (--resume): every recorded case is kept.",
    elsewhere: "Choose another directory (--output), or fix what is in the way.",
  });
}

/** The same for a file that is no part of a run: there is nothing to resume. */
export function fileError(doing: string, error: unknown): BenchError {
  return worded(doing, error, {
    repaired: "then run the command again.",
    elsewhere: "Name another file in a folder that exists, may be written to and has space.",
  });
}

function worded(
  doing: string,
  error: unknown,
  { repaired, elsewhere }: { readonly repaired: string; readonly elsewhere: string },
): BenchError {
  if (error instanceof BenchError) return error;
  const [what, repair] = CAUSES[systemCodeOf(error) ?? ""] ?? [messageOf(error), "Check the disk and the directory"];
  const hint = repair === null ? elsewhere : `${repair}, ${repaired}`;
  return new BenchError("output", `${doing}: ${what}`, { hint, cause: error });
}
