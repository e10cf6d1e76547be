import { BenchError, messageOf, systemCodeOf } from "../core/errors.ts";

const CAUSES: Readonly<Record<string, readonly [what: string, hint: string]>> = {
  ENOSPC: ["the disk is full", "Free some space, then go on with --resume: every recorded case is kept."],
  EDQUOT: ["the disk quota is used up", "Free some space, then go on with --resume: every recorded case is kept."],
  EFBIG: [
    "the file may grow no further",
    "Raise the limit (ulimit -f), then go on with --resume: every recorded case is kept.",
  ],
  EACCES: ["permission denied", "Choose a directory that you may write to (--output), or change its permissions."],
  EPERM: ["operation not permitted", "Choose a directory that you may write to (--output)."],
  EROFS: ["the file system is read-only", "Choose a directory on a writable file system (--output)."],
  EEXIST: ["a file of that name is in the way", "Choose another directory (--output), or move the file away."],
  ENOTDIR: ["a part of the path is a file", "Choose another directory (--output)."],
  ENAMETOOLONG: ["the path is too long", "Choose a shorter directory name (--output)."],
  EMFILE: ["too many open files", "Lower --concurrency or raise the limit (ulimit -n), then go on with --resume."],
};

/** The `BenchError("output")` for a system error met while doing something to a file, in words and with a way out. */
export function outputError(doing: string, error: unknown): BenchError {
  if (error instanceof BenchError) return error;
  const [what, hint] = CAUSES[systemCodeOf(error) ?? ""] ?? [
    messageOf(error),
    "Check the disk and the directory, then go on with --resume, or choose another directory (--output).",
  ];
  return new BenchError("output", `${doing}: ${what}`, { hint, cause: error });
}
