import { readdir } from "node:fs/promises";
import { basename, dirname, isAbsolute, join } from "node:path";
import { BenchError, systemCodeOf } from "../core/errors.ts";
import type { Problem } from "../documents/problem.ts";
import { readDocument } from "../documents/read-document.ts";
import { pathText, type DocumentPath, type SourceDocument } from "../documents/source-document.ts";
import { decodeUtf8 } from "../documents/utf8.ts";
import { datasetError } from "./dataset-error.ts";
import { wholeOf } from "./document.ts";
import { encodingOf, isDocument } from "./formats/format.ts";
import { placeOf } from "./formats/record.ts";
import type { Part } from "./part.ts";
import { rowsOf } from "./part-records.ts";
import { isFields } from "./shapes/fields.ts";
import { isPromptfoo, promptfooCases } from "./shapes/promptfoo.ts";
import type { NamedFile, NamedFiles } from "./shapes/promptfoo-files.ts";
import { fileSource, lookAt } from "./sources/file.ts";

/** More would be a mistake. */
const MOST_FILES = 1000;
const MOST_BYTES = 64 * 1024 * 1024;

/** The files that a document names, and their bytes in the order of the names. */
interface ReadFiles {
  readonly files: NamedFiles;
  readonly bytes: readonly Uint8Array[];
}

/**
 * Reads the files that a configuration of promptfoo names, also those that are named in such files; none for any other
 * document. Throws `BenchError("dataset")` that tells of all that cannot be read.
 */
export async function namedFiles(document: SourceDocument, { source, foreign }: Part): Promise<ReadFiles> {
  const { value } = document;
  const files = new Map<string, readonly NamedFile[]>();
  const bytes: Uint8Array[] = [];
  if (!isFields(value) || foreign?.shape === "own" || !isPromptfoo(value)) return { files, bytes };
  let total = 0;
  for (;;) {
    const shaped = promptfooCases(value, files);
    if (shaped.ok || shaped.missing.size === 0) return { files, bytes };
    const problems: Problem[] = [];
    const wrong = (at: DocumentPath, message: string, hint: string | undefined): void => {
      problems.push({ ...document.locate(at), path: pathText(at), message, ...(hint === undefined ? {} : { hint }) });
    };
    for (const [name, at] of shaped.missing) {
      if (source.folder === null) {
        wrong(at, "a dataset from elsewhere cannot name files of this machine", "Copy it here, with its files.");
        continue;
      }
      try {
        const paths = await pathsOf(source.folder, name);
        if (paths.length === 0) wrong(at, `no file is called ${within(source.folder, name)}`, "Check the path.");
        const read = await Promise.all(paths.map(readNamed));
        problems.push(...read.flatMap((one) => one.problems));
        bytes.push(Buffer.from(`\0${name}\0`), ...read.map((one) => one.bytes));
        total += read.reduce((sum, one) => sum + one.bytes.length, 0);
        files.set(
          name,
          read.flatMap((one) => (one.file === null ? [] : [one.file])),
        );
      } catch (error) {
        if (!(error instanceof BenchError)) throw error;
        const isGuess = error.hint?.startsWith("Did you mean") === true;
        const isMissing = systemCodeOf(error.cause) === "ENOENT" && !isGuess;
        wrong(at, error.message, isMissing ? "Paths start at the configuration's folder." : error.hint);
      }
      if (files.size > MOST_FILES || total > MOST_BYTES) {
        wrong(at, `this configuration names more than ${MOST_FILES} files, or 64 MB of them`, undefined);
        break;
      }
    }
    if (problems.length > 0) throw await datasetError(problems);
  }
}

const within = (folder: string, name: string): string => (isAbsolute(name) ? name : join(folder, name));

/** The paths of a name, by their names for one with `*` in its last part. */
async function pathsOf(folder: string, name: string): Promise<string[]> {
  const path = within(folder, name);
  if (!path.includes("*")) return [path];
  const inside = dirname(path);
  if (inside.includes("*")) {
    throw new BenchError("dataset", `${name} has a * in the name of a folder`, {
      hint: "Only the last part of a path may have one: prompts/*.txt.",
    });
  }
  const parts = basename(path).split(/\*+/);
  const pattern = new RegExp(
    `^${parts.map((part) => part.replaceAll(/[$()*+.?[\\\]^{|}]/g, "\\$&")).join(".*")}$`,
    "u",
  );
  const names = await readdir(inside).catch(() => []);
  return names
    .filter((one) => !one.startsWith(".") && pattern.test(one))
    .sort()
    .map((one) => join(inside, one));
}

interface NamedRead {
  readonly file: NamedFile | null;
  readonly bytes: Uint8Array;
  readonly problems: readonly Problem[];
}

async function readNamed(path: string): Promise<NamedRead> {
  const { kind, stats } = await lookAt(path);
  if (kind === "folder")
    throw new BenchError("dataset", `${path} is a folder, not a file`, { hint: "Name its files." });
  const encoding = encodingOf(path);
  const part: Part = { source: fileSource(path, stats), encoding: encoding ?? { format: "json", gzip: false } };
  const bytes = await wholeOf(part);
  if (encoding !== null && !isDocument(encoding.format)) {
    const rows: { value: unknown; place: string }[] = [];
    const problems: Problem[] = [];
    for await (const batch of rowsOf(part)) {
      for (const read of batch) {
        if (read.ok) rows.push({ value: read.record.value, place: placeOf(read.record) });
        else problems.push(...read.problems);
      }
    }
    return { file: { path, kind: "rows", rows }, bytes, problems };
  }
  const text = decodeUtf8(path, bytes);
  if (typeof text !== "string") return { file: null, bytes, problems: [text] };
  if (encoding === null) return { file: { path, kind: "text", text }, bytes, problems: [] };
  const read = await readDocument(path, bytes, encoding.format === "json" ? "json" : "yaml");
  if (!read.ok) return { file: null, bytes, problems: read.problems };
  return { file: { path, kind: "text", text, value: read.document.value }, bytes, problems: [] };
}
