import { z } from "zod";
import type { DocumentPath } from "./source-document.ts";

/** The schema that rules the value at `path`, without its wrappers (optional, nullable, lazy); null where none does. */
export function schemaAt(root: z.core.$ZodType, path: DocumentPath): z.core.$ZodType | null {
  let schema: z.core.$ZodType | null = unwrapped(root);
  for (const step of path) {
    schema = schema === null ? null : childSchema(schema, step);
  }
  return schema;
}

/** The keys that an object schema allows at `path`; empty where any key goes or none does. */
export function keysAllowedAt(root: z.core.$ZodType, path: DocumentPath): string[] {
  const schema = schemaAt(root, path);
  return schema === null ? [] : keysOf(schema);
}

function keysOf(schema: z.core.$ZodType): string[] {
  if (schema instanceof z.ZodUnion) return [...new Set(schema.options.flatMap(keysOf))];
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

function childSchema(schema: z.core.$ZodType, step: string | number): z.core.$ZodType | null {
  if (schema instanceof z.ZodArray) return unwrapped(schema.element);
  if (schema instanceof z.ZodRecord) return unwrapped(schema.valueType);
  if (schema instanceof z.ZodUnion)
    return schema.options.map((option) => childSchema(option, step)).find(Boolean) ?? null;
  if (!(schema instanceof z.ZodObject) || !Object.hasOwn(schema.shape, step)) return null;
  return unwrapped(schema.shape[step] as z.core.$ZodType);
}

function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  let inner = schema;
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodNullable || inner instanceof z.ZodLazy)
    inner = inner.unwrap();
  return inner;
}
