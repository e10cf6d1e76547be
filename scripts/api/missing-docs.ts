import type { PublicExport } from "./public-api.ts";

/** What an export lacks: each has a docstring, and whatever can be called or built has an example as well. */
export function missingDocs(exports: readonly PublicExport[]): string[] {
  return exports.flatMap(({ name, kind, file, doc, members }) => {
    const missing: string[] = [];
    if (doc === null || doc.text === "") missing.push(`${name} has no docstring`);
    if (kind !== "type" && (doc?.examples.length ?? 0) === 0) missing.push(`${name} has no @example`);
    for (const member of members) {
      const label = `${name}.${member.name}`;
      if (member.doc === null && (member.callable || kind === "object")) missing.push(`${label} has no docstring`);
      if (member.callable && (member.doc?.examples.length ?? 0) === 0) missing.push(`${label} has no @example`);
    }
    return missing.map((what) => `${file}: ${what}`);
  });
}
