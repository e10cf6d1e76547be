import { resolve } from "node:path";
import { API_TYPES } from "../core/api-type.ts";
import { bareDuration } from "../core/duration.ts";
import type { Problem } from "../documents/problem.ts";
import { placeInWords } from "../documents/render-problems.ts";
import { checkSchema } from "../documents/schema-problems.ts";
import { pathText, valueAt } from "../documents/source-document.ts";
import type { DocumentPath, SourceDocument } from "../documents/source-document.ts";
import { BUILT_IN_PROVIDERS, CORE_PROVIDERS } from "./built-in.ts";
import type { Environment } from "./environment.ts";
import { findProjectFile, findUserFile } from "./find-files.ts";
import { environmentLayers } from "./from-environment.ts";
import { configError, readConfigFile } from "./layer.ts";
import { merged } from "./merge.ts";
import { configSchema } from "./schema.ts";
import type { Config, ProviderConfig } from "./schema.ts";
import { isBridgeName } from "./bridges.ts";
import { mayBeSecret, withKeyAdvice } from "./secrets.ts";

/** Where configuration may come from. */
export interface ConfigSearch {
  readonly cwd: string;
  readonly home: string;
  readonly env: Environment;
  /** The file of `--config`, which stands in for both found files; null to search. */
  readonly explicitPath: string | null;
}

export interface LoadedConfig {
  readonly config: Config;
  /** The files and variables that it came from, strongest first. */
  readonly sources: readonly string[];
  /** What is allowed and probably not meant, each with where it stands. */
  readonly warnings: readonly string[];
}

/**
 * Merges the user's file, the nearest project file and the `LLM_TEST_BENCH_*` variables, the latter ruling.
 * Throws `BenchError("config")` that tells everything wrong with the result, each in the file or variable it stands in.
 */
export async function loadConfig(search: ConfigSearch): Promise<LoadedConfig> {
  const { config, sources, warnings } = await loadTracedConfig(search);
  return { config, sources, warnings };
}

/** A configuration of which each value can be traced to where it stands. */
export interface TracedConfig extends LoadedConfig {
  /** The file and line, or the variable, that a value comes from; of a missing one that of its nearest parent. */
  readonly locate: SourceDocument["locate"];
}

/** `loadConfig`, for who wants to say where values come from. */
export async function loadTracedConfig(search: ConfigSearch): Promise<TracedConfig> {
  const files = await fileLayers(search);
  const fromFiles = files.reduceRight<unknown>((under, layer) => merged(under, layer.value), {});
  const layers = [...environmentLayers(search.env, fromFiles), ...files];
  const document = stacked(layers);
  const checked = checkSchema(configSchema, document, mayBeSecret);
  if (!checked.ok) throw await configError(checked.problems.map(withKeyAdvice));
  const problems = providerProblems(checked.value, document);
  if (problems.length > 0) throw await configError(problems);
  return {
    config: checked.value,
    sources: layers.map((layer) => layer.file),
    warnings: bareLimits(checked.value, document),
    locate: document.locate,
  };
}

const TIMEOUTS = ["timeout", "connect_timeout", "first_token_timeout", "idle_timeout"] as const;

/** Limits without a unit that were probably meant as seconds. */
function bareLimits({ providers = {}, benchmarks = {} }: Config, document: SourceDocument): string[] {
  const limits: [DocumentPath, string | number | undefined][] = [
    [["benchmarks", "duration"], benchmarks.duration],
    ...TIMEOUTS.map((key): [DocumentPath, string | number | undefined] => [["benchmarks", key], benchmarks[key]]),
  ];
  for (const [name, entry] of Object.entries(providers)) {
    for (const key of TIMEOUTS) limits.push([["providers", name, key], entry[key]]);
  }
  return limits.flatMap(([path, value]) => {
    const doubt = value === undefined ? null : bareDuration(value);
    return doubt === null ? [] : `${placeInWords(document.locate(path))} ${pathText(path)}: ${doubt}`;
  });
}

/** Strongest first. */
async function fileLayers({ cwd, home, env, explicitPath }: ConfigSearch): Promise<SourceDocument[]> {
  const paths =
    explicitPath === null ? [await findProjectFile(cwd), await findUserFile(home, env)] : [resolve(cwd, explicitPath)];
  return Promise.all(paths.filter((path) => path !== null).map(readConfigFile));
}

/** The layers as one document, which finds each value in the strongest layer that has it, or most of its path. */
function stacked(layers: readonly SourceDocument[]): SourceDocument {
  return {
    file: layers[0]?.file ?? "",
    text: "",
    value: layers.reduceRight<unknown>((under, layer) => merged(under, layer.value), {}),
    locate(path, options) {
      for (let length = path.length; length >= 0; length -= 1) {
        const layer = layers.find(({ value }) => valueAt(value, path.slice(0, length)) !== undefined);
        if (layer !== undefined) return layer.locate(path, options);
      }
      return { file: "", position: null };
    },
  };
}

/** What belongs to our own client. */
const NOT_FOR_BRIDGES = [
  "api_key_env",
  "api_key_file",
  "base_url",
  "api_version",
  "ca_file",
  "headers",
  "ignore_eos",
] as const satisfies readonly (keyof ProviderConfig)[];
const BRIDGE_HINT = "A command, a module or a package reads what it needs from the environment.";

/** What a schema cannot say: built-in providers keep their type, all others need one, and a key comes from one place. */
function providerProblems(config: Config, document: SourceDocument): Problem[] {
  return Object.entries(config.providers ?? {}).flatMap(([name, entry]) => {
    const { type, api_key_env, api_key_file } = entry;
    const path: DocumentPath = ["providers", name];
    const problem = (message: string, hint: string): Problem[] => [
      { ...document.locate(path, { key: true }), path: pathText(path), message, hint },
    ];
    if (api_key_env !== undefined && api_key_file !== undefined) {
      return problem("both api_key_env and api_key_file are set", "Keep the one that the key comes from.");
    }
    if (type === undefined && isBridgeName(name)) {
      const unfit = NOT_FOR_BRIDGES.find((key) => entry[key] !== undefined);
      return unfit === undefined ? [] : problem(`${unfit} is set, which other code is not told`, BRIDGE_HINT);
    }
    const builtIn = BUILT_IN_PROVIDERS.get(name);
    if (builtIn === undefined || !CORE_PROVIDERS.has(name)) {
      return builtIn === undefined && type === undefined
        ? problem('missing "type"', `It must be one of ${API_TYPES.join(", ")}: the API it speaks.`)
        : [];
    }
    if (builtIn.type === "sim") return problem("sim is the built-in simulator", "Give this provider another name.");
    if (type === undefined || type === builtIn.type) return [];
    return problem(`the built-in ${name} is of type "${builtIn.type}"`, "Give this provider another name.");
  });
}
