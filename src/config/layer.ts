import { extname } from "node:path";
import { pathToFileURL } from "node:url";
import { BenchError, messageOf } from "../core/errors.ts";
import type { Problem } from "../documents/problem.ts";
import { readDocument } from "../documents/read-document.ts";
import { readNamedFile } from "../documents/read-file.ts";
import { documentWithoutText } from "../documents/source-document.ts";
import type { SourceDocument } from "../documents/source-document.ts";
import { concealed, concealedDocument } from "./secrets.ts";

/** Reads one configuration file into a document; throws `BenchError("config")` when it cannot be read or loaded. */
export async function readConfigFile(file: string): Promise<SourceDocument> {
  const bytes = await readNamedFile(file, "config");
  const extension = extname(file).toLowerCase();
  if ([".ts", ".js", ".mjs"].includes(extension)) return documentWithoutText(file, await importConfig(file, extension));
  const read = await readDocument(file, bytes);
  if (read.ok) {
    // A file with every line commented out is a configuration that says nothing.
    return read.document.value === null ? documentWithoutText(file, {}) : concealedDocument(read.document);
  }
  throw await configError(read.problems.map(concealed));
}

/** The error for what is wrong with a configuration. */
export async function configError(problems: readonly Problem[]): Promise<BenchError> {
  // Imported here for its cost: measuring the width of text takes 40 ms to load.
  const { problemsError } = await import("../documents/render-problems.ts");
  return problemsError("config", problems, "Correct the configuration and run the command again.");
}

/** The export `config` of a module, else its default export. */
async function importConfig(file: string, extension: string): Promise<unknown> {
  const exported = await importModule(file, extension);
  const config = exported["config"] ?? exported["default"];
  if (config !== undefined) return config;
  throw new BenchError("config", `${file} exports no configuration`, {
    hint: "Export it by name or as the default: export const config = { providers: { … } };",
  });
}

async function importModule(file: string, extension: string): Promise<Record<string, unknown>> {
  try {
    if (extension !== ".ts") return (await import(pathToFileURL(file).href)) as Record<string, unknown>;
    // Node 20 does not load TypeScript by itself. Nothing is cached on disk: a configuration is small.
    const { createJiti } = await import("jiti");
    return await createJiti(import.meta.url, { fsCache: false, interopDefault: false }).import<Record<string, unknown>>(
      file,
    );
  } catch (cause) {
    throw new BenchError("config", `${file} cannot be loaded: ${messageOf(cause)}`, {
      hint: "It is run as a module: check its syntax and its imports.",
      cause,
    });
  }
}
