import { randomBytes } from "node:crypto";
import { constants, copyFileSync, linkSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BenchError, systemCodeOf } from "../core/errors.ts";
import { isDead, ownerSchema, thisMachine, type Machine, type Owner } from "./owner.ts";
import { outputError } from "../core/output-error.ts";
import { readPlain } from "./plain-file.ts";
import { LOCK_FILE } from "./run-files.ts";

/** Largest lock that is read, in bytes: one of ours has some 200. */
const MAX_BYTES = 64 * 1024;

/** The right to write in a run directory. */
export interface Lock {
  /** Throws `BenchError("output")` when the lock file is no longer there, or no longer ours. */
  requireHeld(): void;
  /** Gives it back; never throws. */
  release(): void;
}

/**
 * Takes a directory's lock, also from an owner that has died. Throws `BenchError("locked")` when a living process has
 * it, and `BenchError("output")` when the directory cannot be written.
 */
export function acquireLock(directory: string, machine: Machine = thisMachine): Lock {
  const path = join(directory, LOCK_FILE);
  const nonce = randomBytes(8).toString("hex");
  const seen = machine.see(machine.pid);
  const self: Owner = {
    pid: machine.pid,
    boot_id: machine.bootId,
    process_started: seen === "gone" ? null : seen.started,
    host: machine.host,
    nonce,
  };
  const written = `${path}.${nonce}`;
  try {
    writeFileSync(written, JSON.stringify(self), { flag: "wx" });
    hold(path, written, directory, machine);
  } catch (error) {
    throw outputError(`cannot write in ${directory}`, error);
  } finally {
    rmSync(written, { force: true });
  }
  return {
    requireHeld() {
      if (readHolder(path, directory)?.nonce === nonce) return;
      throw new BenchError("output", `${path} was deleted or replaced by another program while the run went on`, {
        hint: "Another process may write there. Make sure that none does, then resume the run (--resume).",
      });
    },
    release() {
      try {
        if (readHolder(path, directory)?.nonce === nonce) rmSync(path, { force: true });
      } catch {
        // On a disk that has become read-only, say: the lock of a process that has ended is taken over.
      }
    },
  };
}

/** The living process that writes in a directory, or null; looks and takes nothing. */
export function livingOwner(directory: string, machine: Machine = thisMachine): Owner | null {
  const owner = readHolder(join(directory, LOCK_FILE), directory)?.owner ?? null;
  return owner === null || isDead(owner, machine) ? null : owner;
}

/**
 * Brings the written owner file to stand at `path`, or throws. A dead owner's file may only be replaced by who holds
 * the guard named after that very owner, so of several processes that find it dead one wins; the guard is held by the
 * same rules, so that one who dies while replacing holds up nobody.
 */
function hold(path: string, written: string, directory: string, machine: Machine): void {
  while (!linkedNew(written, path)) {
    const holder = readHolder(path, directory);
    if (holder === null) continue;
    if (holder.owner !== null && !isDead(holder.owner, machine)) throw lockedBy(holder.owner, directory, machine);
    const guard = `${path}.${holder.nonce}.next`;
    hold(guard, written, directory, machine);
    // It may have been replaced between the look at it and the guard; with the guard held it stays as it is.
    if (readHolder(path, directory)?.nonce === holder.nonce) return renameSync(guard, path);
    rmSync(guard, { force: true });
  }
}

/** Gives a whole file a second name at once, so that nobody sees a half-written lock; false when the name is taken. */
function linkedNew(written: string, path: string): boolean {
  try {
    try {
      linkSync(written, path);
    } catch (error) {
      if (systemCodeOf(error) === "EEXIST") return false;
      // Some file systems have no links (FAT); an exclusive copy is the next best.
      copyFileSync(written, path, constants.COPYFILE_EXCL);
    }
    return true;
  } catch (error) {
    if (systemCodeOf(error) === "EEXIST") return false;
    throw error;
  }
}

interface Holder {
  readonly nonce: string;
  /** Null for a file that is no JSON: a lock is whole from its first moment, so the machine must have crashed. */
  readonly owner: Owner | null;
}

/** Who holds the lock at a path; null when there is no file. */
function readHolder(path: string, directory: string): Holder | null {
  let content: unknown;
  try {
    content = JSON.parse(readPlain(path, MAX_BYTES));
  } catch (error) {
    if (error instanceof SyntaxError) return { nonce: "damaged", owner: null };
    if (systemCodeOf(error) === "ENOENT") return null;
    throw outputError(`cannot read ${path}`, error);
  }
  const owner = ownerSchema.safeParse(content);
  if (owner.success) return { nonce: owner.data.nonce, owner: owner.data };
  throw new BenchError("locked", `${path} was not written by llm-test-bench`, {
    hint: `Choose another directory than ${directory} (--output), or move that file away.`,
  });
}

function lockedBy(owner: Owner, directory: string, machine: Machine): BenchError {
  const elsewhere = owner.host === machine.host ? "" : ` on host ${owner.host}`;
  // Where the system does not say when a process started, another one may have got its number since.
  const other =
    owner.process_started === null ? ` If that process is another program, delete ${join(directory, LOCK_FILE)}.` : "";
  const hint =
    elsewhere === ""
      ? `Wait until it ends, stop it, or choose another directory (--output).${other}`
      : `If it no longer runs, delete ${join(directory, LOCK_FILE)}; or choose another directory (--output).`;
  return new BenchError("locked", `${directory} is in use by process ${owner.pid}${elsewhere}`, { hint });
}
