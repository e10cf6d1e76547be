import type { ProviderStatus } from "../../config/provider-status.ts";
import { endpointOf } from "../../providers/apis.ts";
import { line, type Line, type Section } from "../../reports/view.ts";

/** The URL that requests really go to; null while it is unknown. */
function urlOf({ type, baseUrl, defaultModel, quirks }: ProviderStatus): string | null {
  return baseUrl === null ? null : endpointOf(type, baseUrl, defaultModel ?? "MODEL", quirks);
}

/** The same in words. */
export function urlText(status: ProviderStatus): string {
  const url = urlOf(status) ?? (status.type === "sim" ? "a simulator started for each run" : "nowhere yet");
  return status.proxy === null ? url : `${url} through ${status.proxy}`;
}

/** Whether a key is there, never the key. */
export function keyText({ keyVariable, keyFile, keySet }: ProviderStatus): string {
  if (keyFile !== null) return keySet ? `in ${keyFile}` : `${keyFile} is of no use`;
  return keyVariable === null ? "none needed" : `${keyVariable} ${keySet ? "is set" : "is not set"}`;
}

/** What a provider lacks, each with the line that gives it. */
export function missingLines({ name, missing }: ProviderStatus): Line[] {
  return missing.flatMap(({ message, fix, where }) => [
    line(message, "warn"),
    line(where === "shell" ? fix : `in the configuration, under ${name}: ${fix}`, null, 1),
  ]);
}

/** What `providers` shows. */
export function providersView(
  statuses: readonly ProviderStatus[],
  unused: readonly { readonly name: string; readonly keyVariable: string | null }[] = [],
): Section[] {
  const columns = ["provider", "state", "default model", "key", "requests go to"].map((header) => ({
    header,
    align: "left" as const,
  }));
  const rows = statuses.map((status) => [
    status.name,
    status.missing.length === 0 ? "ready" : "incomplete",
    status.defaultModel ?? "–",
    keyText(status),
    urlText(status),
  ]);
  const wanted = unused.map(({ name, keyVariable }) => `${name} (${keyVariable ?? "no key"})`).join(", ");
  const incomplete = statuses.flatMap(missingLines);
  return [
    { heading: "Providers", blocks: [{ columns, rows }] },
    ...(incomplete.length === 0 ? [] : [{ heading: "Missing", blocks: incomplete }]),
    ...(unused.length === 0 ? [] : [{ heading: "Known as well, once their key is set", blocks: [line(wanted)] }]),
  ];
}

/** A provider for programs. */
export function providerJson(status: ProviderStatus): object {
  const { name, type, builtIn, baseUrl, keyVariable, keyFile, keySet, defaultModel, proxy, missing } = status;
  return {
    name,
    type,
    built_in: builtIn,
    ready: missing.length === 0,
    base_url: baseUrl,
    url: urlOf(status),
    key_variable: keyVariable,
    key_file: keyFile,
    key_set: keySet,
    default_model: defaultModel,
    proxy,
    missing,
  };
}
