import type { ReadResult } from "./problem.ts";
import { decodeUtf8 } from "./utf8.ts";

/** What the names of readable files end in. */
export const DOCUMENT_EXTENSIONS: readonly string[] = [".json", ".yaml", ".yml"];

/**
 * Reads the bytes of a `.json`, `.yaml` or `.yml` file, or of one whose syntax is known otherwise; what is wrong with
 * them comes back as problems. A parser is imported only when a file needs it.
 */
export async function readDocument(
  file: string,
  bytes: Uint8Array,
  syntax: "json" | "yaml" | null = syntaxOf(file),
): Promise<ReadResult> {
  if (syntax === null) {
    const extension = extensionOf(file);
    const message = extension === "" ? "the name has no extension" : `the extension ${extension} is not known`;
    const hint = "JSON and YAML can be read: the name must end in .json, .yaml or .yml.";
    return { ok: false, problems: [{ file, position: null, path: "", message, hint }] };
  }
  const text = decodeUtf8(file, bytes);
  if (typeof text !== "string") return { ok: false, problems: [text] };
  if (syntax === "json") return (await import("./json.ts")).readJson(file, text);
  return (await import("./yaml.ts")).readYaml(file, text);
}

const extensionOf = (file: string): string => /\.[^./\\]*$/.exec(file)?.[0].toLowerCase() ?? "";

function syntaxOf(file: string): "json" | "yaml" | null {
  const extension = extensionOf(file);
  if (!DOCUMENT_EXTENSIONS.includes(extension)) return null;
  return extension === ".json" ? "json" : "yaml";
}
