import { readFileSync } from "node:fs";
import { join } from "node:path";
import { BenchError, messageOf, systemCodeOf } from "../core/errors.ts";
import { manifestSchema, type Manifest } from "../core/run.ts";
import type { Mask } from "../core/secrets.ts";
import { escapedJson } from "../core/printable.ts";
import type { JournalFiles } from "./files.ts";
import { maskManifest } from "./mask.ts";
import { MANIFEST_FILE } from "./run-files.ts";
import { writeWhole } from "./write-whole.ts";

/**
 * Writes `run.json` so that at every moment, also of a crash, the old or the new one is there whole.
 * Throws `BenchError("output")`.
 */
export function writeManifest(directory: string, manifest: Manifest, mask: Mask, files?: JournalFiles): void {
  const path = join(directory, MANIFEST_FILE);
  const text = `${escapedJson(JSON.stringify(maskManifest(manifest, mask), null, 2))}\n`;
  // Only who holds the lock writes it, so one name is enough, and what a kill leaves is written over by the next.
  writeWhole(path, [text], { files, unfinished: `${path}.tmp` });
}

/** Reads and checks `run.json`; throws `BenchError("resume")` when it is missing, damaged, foreign or too new. */
export function readManifest(directory: string): Manifest {
  const path = join(directory, MANIFEST_FILE);
  const content = parsed(path, textOf(path, directory));
  if (member(content, "tool") !== "llm-test-bench") {
    throw unusable(`${path} was not written by llm-test-bench`, "Name the directory of a run.");
  }
  const version = member(content, "format_version");
  if (typeof version === "number" && version > 1) {
    throw unusable(
      `${path} has format ${version}, this version reads format 1`,
      "Use the version of llm-test-bench that wrote it, or a newer one.",
    );
  }
  const manifest = manifestSchema.safeParse(content);
  if (manifest.success) return manifest.data;
  const issue = manifest.error.issues[0];
  throw damaged(path, issue === undefined ? "not a manifest" : `${issue.path.join(".")}: ${issue.message}`);
}

function textOf(path: string, directory: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const hint = "Check the path: --output and resume take the directory of a run.";
    if (["ENOENT", "ENOTDIR"].includes(systemCodeOf(error) ?? "")) {
      throw unusable(`there is no run in ${directory}: it has no ${MANIFEST_FILE}`, hint, error);
    }
    throw unusable(`cannot read ${path}: ${messageOf(error)}`, hint, error);
  }
}

function parsed(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw damaged(path, messageOf(error), error);
  }
}

function member(content: unknown, name: string): unknown {
  return typeof content === "object" && content !== null ? Reflect.get(content, name) : undefined;
}

const unusable = (message: string, hint: string, cause?: unknown): BenchError =>
  new BenchError("resume", message, { hint, cause });

const damaged = (path: string, problem: string, cause?: unknown): BenchError =>
  unusable(
    `${path} is damaged (${problem})`,
    "Restore it from a copy, or begin a new run in another directory.",
    cause,
  );
