import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { kill, pid } from "node:process";
import { z } from "zod";
import { systemCodeOf } from "../core/errors.ts";

export const ownerSchema = z.object({
  /** No system has larger ones: of such a process nobody could say whether it lives. */
  pid: z
    .int()
    .positive()
    .max(2 ** 31 - 1),
  /** Changes with every start of the machine; null where the system does not say. */
  boot_id: z.string().nullable(),
  /** When the process started, in the system's own unit: tells it from a later one with the same pid. */
  process_started: z.string().nullable(),
  host: z.string(),
  /** Unique to this hold of the lock. It becomes part of a file's name, so nothing else is taken for one. */
  nonce: z.string().regex(/^[0-9a-f]{16}$/),
});
/** Who holds a run directory: the content of `lock.json`. */
export type Owner = z.infer<typeof ownerSchema>;

/** A process as far as another one can see it; "gone" when there is none with this pid. */
export type SeenProcess = "gone" | { readonly started: string | null };

/** What is needed to tell whether an owner still lives. */
export interface Machine {
  readonly host: string;
  readonly bootId: string | null;
  readonly pid: number;
  see(pid: number): SeenProcess;
}

/** The machine that this process runs on. */
export const thisMachine: Machine = { host: hostname(), bootId: readBootId(), pid, see: seeProcess };

/**
 * Whether an owner is surely dead: the machine was started anew, or no such process runs, or another one has its pid.
 * Nothing can be known of a process on another host, so that one counts as living.
 */
export function isDead(owner: Owner, machine: Machine): boolean {
  if (owner.host !== machine.host) return false;
  if (owner.boot_id !== null && machine.bootId !== null && owner.boot_id !== machine.bootId) return true;
  const seen = machine.see(owner.pid);
  if (seen === "gone") return true;
  return owner.process_started !== null && seen.started !== null && owner.process_started !== seen.started;
}

/** Reads state and start time out of a line of `/proc/PID/stat` (fields 3 and 22 of proc(5)). */
export function parseProcessStat(stat: string): SeenProcess {
  // The second field is the program's name in brackets, and may hold spaces and brackets of its own.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const hasEnded = fields[0] === "Z" || fields[0] === "X";
  return hasEnded ? "gone" : { started: fields[19] ?? null };
}

function seeProcess(seenPid: number): SeenProcess {
  try {
    kill(seenPid, 0);
  } catch (error) {
    // EPERM: it runs, under another user.
    if (systemCodeOf(error) === "ESRCH") return "gone";
  }
  try {
    return parseProcessStat(readFileSync(`/proc/${seenPid}/stat`, "utf8"));
  } catch {
    return { started: null };
  }
}

function readBootId(): string | null {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return null;
  }
}
