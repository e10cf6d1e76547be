import { randomBytes } from "node:crypto";
import { readdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { thisMachine, type Machine } from "./owner.ts";
import { parseUnfinishedExport, unfinishedExport } from "./run-files.ts";

/** Where an export is written until it is whole: a name that says which process writes it. */
export function unfinishedExportPath(path: string, machine: Machine = thisMachine): string {
  return join(dirname(path), unfinishedExport(basename(path), machine.pid, randomBytes(4).toString("hex")));
}

/** Names of the exports in a directory whose process ended before they were whole. */
export function leftExports(directory: string, machine: Machine = thisMachine): string[] {
  return readdirSync(directory).filter((name) => {
    const unfinished = parseUnfinishedExport(name);
    if (unfinished === null) return false;
    const { pid } = unfinished;
    // Exports are written in one go: none of this process is under way while it looks.
    return pid === null || pid === machine.pid || machine.see(pid) === "gone";
  });
}

/** Removes what killed processes left of their exports. */
export function removeUnfinishedExports(directory: string): void {
  for (const name of leftExports(directory)) rmSync(join(directory, name), { force: true });
}
