import { readdir, readFile as readFileFromDisk } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { BenchError, messageOf, systemCodeOf } from "../core/errors.ts";
import type { BenchErrorCode } from "../core/errors.ts";
import { nearMiss } from "./suggest.ts";

/** Gives a file's bytes, or rejects with a system error. */
export type ReadFile = (path: string) => Promise<Uint8Array>;

/** The bytes of a file that the user named; throws a `BenchError` of the given code that says why there are none. */
export async function readNamedFile(
  path: string,
  code: BenchErrorCode,
  readFile: ReadFile = readFileFromDisk,
): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw await fileError(path, code, cause);
  }
}

/** Why a file that the user named cannot be read, as a `BenchError` of the given code. */
export async function fileError(path: string, code: BenchErrorCode, cause: unknown): Promise<BenchError> {
  const reason = systemCodeOf(cause) ?? "";
  if (reason === "ENOENT" || reason === "ENOTDIR") {
    return new BenchError(code, `${path} does not exist`, { hint: await missingFileHint(path), cause });
  }
  if (reason === "EISDIR") {
    const hint = "Name a .json, .yaml or .yml file inside it.";
    return new BenchError(code, `${path} is a directory, not a file`, { hint, cause });
  }
  if (reason === "EACCES" || reason === "EPERM") {
    const hint = `Give yourself the right to read it: chmod u+r ${path}`;
    return new BenchError(code, `${path} may not be read: permission denied`, { hint, cause });
  }
  const hint = "Check the path and the disk it is on.";
  return new BenchError(code, `${path} cannot be read: ${messageOf(cause)}`, { hint, cause });
}

async function missingFileHint(path: string): Promise<string> {
  const folder = dirname(path);
  const names = await readdir(folder).catch(() => null);
  if (names === null) return `There is no folder ${folder} either; check the path.`;
  const meant = nearMiss(basename(path), names);
  if (meant === null) return "Check the path; relative paths start at the working directory.";
  return `Did you mean ${path.slice(0, path.length - basename(path).length)}${meant}?`;
}
