import { join } from "node:path";
import { crc32 } from "node:zlib";
import { BenchError, messageOf, systemCodeOf } from "../core/errors.ts";
import { manifestSchema, type LineCounts, type Manifest } from "../core/run.ts";
import { escapedJson } from "../core/printable.ts";
import type { Mask } from "../core/secrets.ts";
import type { JournalFiles } from "./files.ts";
import { maskManifest } from "./mask.ts";
import { readPlain } from "./plain-file.ts";
import { MANIFEST_FILE, PREVIOUS_MANIFEST_FILE } from "./run-files.ts";
import { writeWhole } from "./write-whole.ts";

/** Largest `run.json` that is read, in bytes. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * `run.json` as text, with its secrets masked and its checksum as the last member. Throws `BenchError("output")` for a
 * manifest that `readManifest` would refuse.
 */
export function manifestText(manifest: Manifest, mask: Mask): string {
  const content: object = JSON.parse(JSON.stringify(maskManifest(manifest, mask)));
  const checked = manifestSchema.safeParse(content);
  if (!checked.success) {
    throw new BenchError("output", `${MANIFEST_FILE} would be invalid (${problemOf(checked.error.issues)})`, {
      hint: "What the run was given, or measured, cannot be recorded; the message says which value.",
    });
  }
  return `${escapedJson(JSON.stringify({ ...content, crc: checksumOf(content) }, null, 2))}\n`;
}

/** A manifest with these counts of lines; null for none. */
export function withLines(manifest: Manifest, lines: LineCounts | null): Manifest {
  const { lines: before, ...rest } = manifest;
  if (lines !== null) return { ...rest, lines };
  return before === undefined ? manifest : rest;
}

/**
 * Writes the text of a `run.json` so that at every moment, also of a crash, the old or the new one is there whole. The
 * old one, where it is good, is kept as `run.json.prev`. Throws `BenchError("output")`.
 */
export function writeManifest(directory: string, text: string, files?: JournalFiles): void {
  const path = join(directory, MANIFEST_FILE);
  const before = goodText(path);
  // Only who holds the lock writes them, so one name is enough, and what a kill leaves is written over by the next.
  if (before !== null && before !== text) {
    const previous = join(directory, PREVIOUS_MANIFEST_FILE);
    writeWhole(previous, [before], { files, unfinished: `${previous}.tmp` });
  }
  writeWhole(path, [text], { files, unfinished: `${path}.tmp` });
}

/**
 * Reads and checks `run.json`; throws `BenchError`: "resume" when it is missing, damaged, foreign or too new, "output"
 * when something else than a file is in its place.
 */
export function readManifest(directory: string): Manifest {
  try {
    return readManifestFile(directory, MANIFEST_FILE);
  } catch (error) {
    if (!(error instanceof BenchError) || error.code !== "resume") throw error;
    if (isOfLaterFormat(directory) || goodText(join(directory, PREVIOUS_MANIFEST_FILE)) === null) throw error;
    throw unusable(
      error.message,
      `Its version before, ${PREVIOUS_MANIFEST_FILE}, is good: llm-test-bench journal check ${directory} --repair puts it in its place.`,
      error,
    );
  }
}

/** The same of one of its two versions. */
export function readManifestFile(
  directory: string,
  name: typeof MANIFEST_FILE | typeof PREVIOUS_MANIFEST_FILE,
): Manifest {
  const path = join(directory, name);
  return checkedManifest(path, textOf(path, directory));
}

function checkedManifest(path: string, text: string): Manifest {
  const content = parsed(path, text);
  requireChecksum(path, content);
  if (member(content, "tool") !== "llm-test-bench") {
    throw unusable(`${path} was not written by llm-test-bench`, "Name the directory of a run.");
  }
  if (hasLaterFormat(content)) {
    throw unusable(
      `${path} has format ${String(member(content, "format_version"))}, this version reads format 1`,
      "Use the version of llm-test-bench that wrote it, or a newer one.",
    );
  }
  const manifest = manifestSchema.safeParse(content);
  if (manifest.success) return manifest.data;
  throw damaged(path, problemOf(manifest.error.issues));
}

function hasLaterFormat(content: unknown): boolean {
  const version = member(content, "format_version");
  return typeof version === "number" && version > 1;
}

/** Whether a later version wrote `run.json`: it is not damaged, and the version before is no substitute. */
export function isOfLaterFormat(directory: string): boolean {
  try {
    const content: unknown = JSON.parse(readPlain(join(directory, MANIFEST_FILE), MAX_BYTES));
    requireChecksum(MANIFEST_FILE, content);
    return member(content, "tool") === "llm-test-bench" && hasLaterFormat(content);
  } catch {
    return false;
  }
}

/** Versions up to 0.1.0 wrote none. */
function requireChecksum(path: string, content: unknown): void {
  if (typeof content !== "object" || content === null || !("crc" in content)) return;
  const { crc, ...rest } = content;
  if (crc !== checksumOf(rest)) throw damaged(path, "its checksum does not match");
}

/** CRC-32 in hex of the members as compact JSON in their order: white space may change, values may not. */
function checksumOf(content: object): string {
  return crc32(JSON.stringify(content)).toString(16).padStart(8, "0");
}

/** The text at a path where it is a good manifest. */
function goodText(path: string): string | null {
  try {
    const text = readPlain(path, MAX_BYTES);
    checkedManifest(path, text);
    return text;
  } catch {
    return null;
  }
}

function textOf(path: string, directory: string): string {
  try {
    return readPlain(path, MAX_BYTES);
  } catch (error) {
    if (error instanceof BenchError) throw error;
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

function problemOf([issue]: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[]): string {
  return issue === undefined ? "not a manifest" : `${issue.path.join(".")}: ${issue.message}`;
}

const unusable = (message: string, hint: string, cause?: unknown): BenchError =>
  new BenchError("resume", message, { hint, cause });

const damaged = (path: string, problem: string, cause?: unknown): BenchError =>
  unusable(
    `${path} is damaged (${problem})`,
    "Restore it from a copy, or begin a new run in another directory.",
    cause,
  );
