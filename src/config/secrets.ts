import type { Problem } from "../documents/problem.ts";
import type { DocumentPath, Place, SourceDocument } from "../documents/source-document.ts";

/** A line on which someone may have written a key where only the name of a variable belongs. */
const SUSPICIOUS = /api[-_]?key|secret|password|authorization|bearer|access[-_]?token|\bsk-|headers/i;

/** Whether messages must not repeat the value at a path. */
export function mayBeSecret(path: DocumentPath): boolean {
  return path.includes("headers") || path.at(-1) === "api_key_env" || path.at(-1) === "api_key_file";
}

/** The place without its line, when the line may hold a secret: an error must not print it. */
export function concealed<T extends Place>(place: T): T {
  const { position } = place;
  if (position === null || !SUSPICIOUS.test(position.lineText ?? "")) return place;
  return { ...place, position: { ...position, lineText: null } };
}

/** The document, showing no line that may hold a secret. */
export function concealedDocument(document: SourceDocument): SourceDocument {
  return { ...document, locate: (path, options) => concealed(document.locate(path, options)) };
}

/** The problem, with advice where a key was written into the configuration. */
export function withKeyAdvice(problem: Problem): Problem {
  if (!/(^|\.)(api_?key|key|token|secret)$/i.test(problem.path)) return problem;
  return {
    ...problem,
    hint: "A key does not belong in a configuration: put it into an environment variable and name that in api_key_env, or into a file of its own and name that in api_key_file.",
  };
}
