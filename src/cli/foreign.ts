import type { Config } from "../config/schema.ts";
import type { Foreign } from "../core/dataset.ts";
import type { StreamOptions } from "../datasets/stream.ts";
import { parseMap } from "../datasets/shapes/mapping.ts";
import type { CliContext } from "./context.ts";

/** The flags that say how a foreign file is to be read. */
export interface ForeignFlags {
  readonly map?: string;
  readonly prompt?: string;
  readonly shape?: string;
  readonly skipInvalid?: number;
}

/** How a dataset is read. */
export interface HowToRead extends Foreign, StreamOptions {}

/** Whether a hint would have to repeat such flags. */
export function hasForeignFlags({ map, prompt, shape }: ForeignFlags): boolean {
  return map !== undefined || prompt !== undefined || shape !== undefined;
}

/** The flags that say how datasets are read, and where the configuration is. */
export interface ReadingFlags extends ForeignFlags {
  readonly config?: string;
}

/** What the flags say of a dataset, else its entry in the configuration, if there is one; throws `BenchError`. */
export async function readingFor(flags: ReadingFlags, dataset: string, context: CliContext): Promise<HowToRead> {
  if (hasForeignFlags(flags)) return foreignOf(flags, undefined, dataset);
  // Imported here for its cost.
  const { loadConfig } = await import("../config/load.ts");
  const { config } = await loadConfig({ ...context, explicitPath: flags.config ?? null });
  return foreignOf(flags, config.datasets, dataset);
}

/** What the flags say of a dataset, else its entry in the configuration; throws `BenchError("usage")`. */
export function foreignOf(
  { map, prompt, shape, skipInvalid }: ForeignFlags,
  configured: Config["datasets"],
  dataset: string,
): HowToRead {
  const given: Foreign = {
    ...(map === undefined ? {} : { map: parseMap(map) }),
    ...(prompt === undefined ? {} : { prompt }),
    ...(shape === undefined ? {} : { shape }),
  };
  const isConfigured = configured !== undefined && Object.hasOwn(configured, dataset);
  const foreign = Object.keys(given).length === 0 && isConfigured ? (configured[dataset] ?? {}) : given;
  return { ...foreign, ...(skipInvalid === undefined ? {} : { skipInvalid }) };
}
