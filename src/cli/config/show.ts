import { loadTracedConfig, type TracedConfig } from "../../config/load.ts";
import { bridgeEntries, providerStatuses, type ProviderStatus } from "../../config/provider-status.ts";
import { maskFor } from "../../core/secrets.ts";
import { pathText } from "../../documents/source-document.ts";
import { line, type Section } from "../../reports/view.ts";
import { shielded, type CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { asTyped } from "../invocation.ts";
import { configuredSecrets } from "../providers/configured-secrets.ts";
import { keyText, missingLines, providerJson, urlText } from "../providers/status-view.ts";
import { jsonLine, jsonText } from "../json-text.ts";
import { sayOn } from "../say.ts";
import { viewText } from "../view-text.ts";
import {
  benchmarkSettings,
  bridgeSettings,
  fileKind,
  originText,
  providerSettings,
  settingName,
  type Setting,
} from "./settings.ts";

/** The flags of `config show`, as commander gives them. */
export interface ShowFlags {
  config?: string;
  json?: boolean;
}

/** Runs `config show` and returns its exit code; throws `BenchError("config")` for a configuration that is wrong. */
export async function showConfig(flags: ShowFlags, outside: CliContext): Promise<number> {
  const { cwd, home, env, invocation } = outside;
  const traced = await loadTracedConfig({ cwd, home, env, explicitPath: flags.config ?? null });
  for (const warning of traced.warnings) sayOn(outside, flags.json === true)("warning", warning);
  const statuses = providerStatuses(traced.config, env);
  const { stdout } = shielded(outside, maskFor(configuredSecrets(traced.config, statuses, env)));
  stdout.write(
    flags.json === true
      ? jsonText(asJson(traced, statuses))
      : asTyped(viewText(sections(traced, statuses, flags.config !== undefined), stdout, env), invocation),
  );
  return EXIT.success;
}

function sections(traced: TracedConfig, statuses: readonly ProviderStatus[], explicit: boolean): Section[] {
  const files = traced.sources.map((source) =>
    line(source.startsWith("LLM_TEST_BENCH_") ? source : `${fileKind(source, explicit)}: ${source}`),
  );
  const none = [line("nothing is configured: llm-test-bench config init writes a file to begin with", "quiet")];
  return [
    { heading: "Sources, the strongest first", blocks: files.length === 0 ? none : files },
    { heading: "benchmarks", blocks: [settingTable(benchmarkSettings(traced), explicit)] },
    ...statuses.map((status) => ({
      heading: pathText(["providers", status.name]),
      blocks: [
        settingTable(providerSettings(status, traced), explicit, [
          ["requests go to", urlText(status), ""],
          ["key", keyText(status), ""],
        ]),
        ...missingLines(status),
      ],
    })),
    ...bridgeEntries(traced.config).map((name) => ({
      heading: pathText(["providers", name]),
      blocks: [settingTable(bridgeSettings(name, traced), explicit)],
    })),
  ];
}

function settingTable(
  settings: readonly Setting[],
  explicit: boolean,
  more: readonly string[][] = [],
): Section["blocks"][number] {
  const columns = ["setting", "value", "from"].map((header) => ({ header, align: "left" as const }));
  const rows = settings.map((setting) => [
    settingName(setting),
    typeof setting.value === "string" ? setting.value : jsonLine(setting.value),
    originText(setting.from, explicit),
  ]);
  return { columns, rows: [...rows, ...more] };
}

function asJson(traced: TracedConfig, statuses: readonly ProviderStatus[]): object {
  const settings = [
    ...benchmarkSettings(traced),
    ...statuses.flatMap((status) => providerSettings(status, traced)),
    ...bridgeEntries(traced.config).flatMap((name) => bridgeSettings(name, traced)),
  ];
  return {
    sources: traced.sources,
    settings: settings.map(({ path, value, from }) => ({ path: pathText(path), value, from })),
    providers: statuses.map(providerJson),
  };
}
