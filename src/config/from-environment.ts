import { z } from "zod";
import { schemaAt } from "../documents/schema-walk.ts";
import { documentWithoutText, valueAt } from "../documents/source-document.ts";
import type { SourceDocument } from "../documents/source-document.ts";
import { BUILT_IN_PROVIDERS } from "./built-in.ts";
import type { Environment } from "./environment.ts";
import { isBranch } from "./merge.ts";
import { configSchema } from "./schema.ts";

const PREFIX = "LLM_TEST_BENCH_";

/**
 * One document for each set `LLM_TEST_BENCH_*` variable, `__` nesting: `…_PROVIDERS__LOCAL__BASE_URL`.
 * Names match the keys that `files` has without regard to case, `_` standing for `-` too; else they are lower case.
 */
export function environmentLayers(env: Environment, files: unknown): SourceDocument[] {
  return Object.keys(env)
    .filter((name) => name.toUpperCase().startsWith(PREFIX))
    .toSorted()
    .flatMap((name) => {
      const text = env[name] ?? "";
      if (text.trim() === "") return [];
      const path = keyPath(name.slice(PREFIX.length).split("__"), files);
      const value = path.reduceRight<unknown>((inner, key) => Object.fromEntries([[key, inner]]), coerced(path, text));
      return [documentWithoutText(name, value)];
    });
}

function keyPath(segments: readonly string[], files: unknown): string[] {
  const path: string[] = [];
  for (const segment of segments) {
    const inFiles = valueAt(files, path);
    const known = isBranch(inFiles) ? Object.keys(inFiles) : [];
    if (path.length === 1 && path[0] === "providers") known.push(...BUILT_IN_PROVIDERS.keys());
    path.push(known.find((key) => folded(key) === folded(segment)) ?? segment.toLowerCase());
  }
  return path;
}

const folded = (key: string): string => key.toLowerCase().replaceAll("-", "_");

/** The text as the kind of value that the schema wants there; as it is where it fits none, for the schema to refuse. */
function coerced(path: readonly string[], text: string): unknown {
  const schema = schemaAt(configSchema, path);
  if (schema instanceof z.ZodNumber || schema instanceof z.ZodNumberFormat) {
    const number = Number(text);
    return Number.isFinite(number) ? number : text;
  }
  if (schema instanceof z.ZodBoolean)
    return { true: true, "1": true, false: false, "0": false }[text.toLowerCase()] ?? text;
  return schema instanceof z.ZodArray ? listOf(text) : text;
}

/** A JSON list, or else one entry. */
function listOf(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [text];
  } catch {
    return [text];
  }
}
