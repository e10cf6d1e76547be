import { basename } from "node:path";
import { DEFAULT_RETRIES } from "../../benchmark/run-options.ts";
import { DEFAULT_TIMEOUT_MS } from "../../benchmark/requests.ts";
import { secretsOf } from "../../benchmark/secrets-of.ts";
import { urlInMessages } from "../../config/base-url.ts";
import { builtInFor } from "../../config/built-in.ts";
import type { TracedConfig } from "../../config/load.ts";
import { everyTargetSchema } from "../../config/schema.ts";
import { isBranch } from "../../config/merge.ts";
import type { ProviderStatus } from "../../config/provider-status.ts";
import type { DocumentPath } from "../../documents/source-document.ts";
import { pathText } from "../../documents/source-document.ts";
import { PLAIN_LOAD } from "../../benchmark/plan.ts";
import { DEFAULT_OUTPUT_DIR } from "../bench/flags.ts";

/** Where a value comes from. */
export interface Origin {
  readonly kind: "file" | "variable" | "built_in" | "default";
  /** The file or the variable. */
  readonly name: string | null;
  readonly line: number | null;
}

/** One value that rules, and where it comes from. */
export interface Setting {
  /** Such as `providers.openai.timeout`. */
  readonly path: DocumentPath;
  /** Null for none. Header values that may be secret are masked. */
  readonly value: unknown;
  readonly from: Origin;
}

const PREFIX = "LLM_TEST_BENCH_";
const DEFAULT: Origin = { kind: "default", name: null, line: null };
const BUILT_IN: Origin = { kind: "built_in", name: null, line: null };

/** Everything under `benchmarks`, defaults included. */
export function benchmarkSettings(traced: TracedConfig): Setting[] {
  return settingsUnder(["benchmarks"], traced.config.benchmarks ?? {}, traced, {
    output_dir: { value: DEFAULT_OUTPUT_DIR, from: DEFAULT },
    save_responses: { value: true, from: DEFAULT },
    concurrency: { value: PLAIN_LOAD.concurrency, from: DEFAULT },
  });
}

/** Everything of one provider, defaults included. */
export function providerSettings(status: ProviderStatus, traced: TracedConfig): Setting[] {
  const { name, type, baseUrlVariable, keyVariable } = status;
  const entry = new Map(Object.entries(traced.config.providers ?? {})).get(name) ?? {};
  const builtIn = builtInFor(name, entry);
  const baseUrl =
    baseUrlVariable === null
      ? { value: builtIn?.baseUrl ?? null, from: BUILT_IN }
      : { value: status.baseUrl, from: { kind: "variable" as const, name: baseUrlVariable, line: null } };
  const forAll = Object.fromEntries(
    settingsUnder(["benchmarks"], traced.config.benchmarks ?? {}, traced, {}).flatMap(({ path, value, from }) =>
      EVERY_TARGET.has(String(path[1])) ? [[String(path[1]), { value, from }]] : [],
    ),
  );
  return settingsUnder(["providers", name], entry, traced, {
    type: { value: type, from: BUILT_IN },
    base_url: baseUrl,
    default_model: { value: builtIn?.defaultModel ?? null, from: BUILT_IN },
    ...(keyVariable === null ? {} : { api_key_env: { value: keyVariable, from: BUILT_IN } }),
    timeout: { value: `${DEFAULT_TIMEOUT_MS / 1000}s`, from: DEFAULT },
    max_retries: { value: DEFAULT_RETRIES, from: DEFAULT },
    ...forAll,
  });
}

/** What was said of a command, a module or a package. */
export function bridgeSettings(name: string, traced: TracedConfig): Setting[] {
  return settingsUnder(["providers", name], traced.config.providers?.[name] ?? {}, traced, {});
}

/** What stands under `benchmarks` for every provider that says nothing itself. */
const EVERY_TARGET: ReadonlySet<string> = new Set(Object.keys(everyTargetSchema));

/** The values of one branch: those that have a default first, in its order, then what else was said. */
function settingsUnder(
  path: DocumentPath,
  said: object,
  { locate }: TracedConfig,
  defaults: Readonly<Record<string, Pick<Setting, "value" | "from">>>,
): Setting[] {
  const settings: Setting[] = [];
  const add = (at: DocumentPath, value: unknown): void => {
    if (isBranch(value)) {
      for (const [key, inner] of Object.entries(value)) add([...at, key], inner);
      return;
    }
    const { file, position } = locate(at);
    const kind = file.startsWith(PREFIX) ? "variable" : "file";
    settings.push({ path: at, value: shownValue(at, value), from: { kind, name: file, line: position?.line ?? null } });
  };
  const values = new Map<string, unknown>(Object.entries(said));
  for (const key of new Set([...Object.keys(defaults), ...values.keys()])) {
    const value = values.get(key);
    const fallback = defaults[key];
    if (value !== undefined) add([...path, key], value);
    else if (fallback !== undefined && fallback.value !== null) settings.push({ path: [...path, key], ...fallback });
  }
  return settings;
}

function shownValue(path: DocumentPath, value: unknown): unknown {
  if (path.at(-1) === "base_url" && typeof value === "string") return urlInMessages(value);
  if (path.at(-2) !== "headers" || typeof value !== "string") return value;
  const headers = Object.fromEntries([[String(path.at(-1)), value]]);
  return secretsOf([{ apiKey: null, headers, baseUrl: null }]).length === 0 ? value : "[secret]";
}

/** The origin in a few words; files and our own long variables are named in full at the top. */
export function originText({ kind, name, line }: Origin, explicit: boolean): string {
  if (kind === "default") return "default";
  if (kind === "built_in") return "built in";
  if (kind === "variable") return name?.startsWith(PREFIX) === true ? `${PREFIX}…` : (name ?? "");
  return `${fileKind(name ?? "", explicit)}${line === null ? "" : `:${line}`}`;
}

/** What a configuration file is to the search that found it. */
export function fileKind(file: string, explicit: boolean): string {
  if (explicit) return "--config file";
  return basename(file).startsWith("config.") ? "user file" : "project file";
}

/** The dotted path of a setting below its section. */
export function settingName({ path }: Setting): string {
  return pathText(path.slice(path[0] === "providers" ? 2 : 1));
}
