import type { Config } from "../config/schema.ts";
import type { Foreign } from "../core/dataset.ts";
import { parseMap } from "../datasets/shapes/mapping.ts";

/** The flags that say how a foreign file is to be read. */
export interface ForeignFlags {
  readonly map?: string;
  readonly prompt?: string;
  readonly shape?: string;
}

/** Whether a hint would have to repeat such flags. */
export function hasForeignFlags({ map, prompt, shape }: ForeignFlags): boolean {
  return map !== undefined || prompt !== undefined || shape !== undefined;
}

/** What the flags say of a dataset, else its entry in the configuration; throws `BenchError("usage")`. */
export function foreignOf(
  { map, prompt, shape }: ForeignFlags,
  configured: Config["datasets"],
  dataset: string,
): Foreign {
  const flags: Foreign = {
    ...(map === undefined ? {} : { map: parseMap(map) }),
    ...(prompt === undefined ? {} : { prompt }),
    ...(shape === undefined ? {} : { shape }),
  };
  if (Object.keys(flags).length > 0 || configured === undefined || !Object.hasOwn(configured, dataset)) return flags;
  return configured[dataset] ?? {};
}
