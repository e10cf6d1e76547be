import { toolVersion } from "../../benchmark/version.ts";
import { loadConfig } from "../../config/load.ts";
import { providerStatuses, unusedPresets, type ProviderStatus } from "../../config/provider-status.ts";
import { resolveTargets } from "../../config/resolve.ts";
import { maskFor } from "../../core/secrets.ts";
import { abandonOnSignal } from "../abandon-on-signal.ts";
import { shielded, type CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { exitCodeOfFailures } from "../failure-advice.ts";
import { sayOn } from "../say.ts";
import { jsonText } from "../json-text.ts";
import { viewText } from "../view-text.ts";
import { configuredSecrets } from "./configured-secrets.ts";
import { checksView, checkTargets, type Check } from "./check.ts";
import { providerJson, providersView } from "./status-view.ts";

/** The flags of `providers`, as commander gives them. */
export interface ProvidersFlags {
  check?: boolean;
  timeout?: number;
  config?: string;
  json?: boolean;
}

/** Whoever waits for a check wants to know soon. */
const CHECK_TIMEOUT_MS = 30_000;

/** Runs `providers` and returns its exit code; throws `BenchError` for what can be said in one message. */
export async function providers(flags: ProvidersFlags, outside: CliContext): Promise<number> {
  const { cwd, home, env } = outside;
  const { config, warnings } = await loadConfig({ cwd, home, env, explicitPath: flags.config ?? null });
  const statuses = providerStatuses(config, env);
  const context = shielded(outside, maskFor(configuredSecrets(config, statuses, env)));
  const { stdout } = context;
  const say = sayOn(context, flags.json === true);
  for (const warning of [...warnings, ...statuses.flatMap(({ notices }) => notices)]) say("warning", warning);
  const show = (checks: readonly Check[] | null): void => {
    if (flags.json === true) {
      stdout.write(jsonText({ providers: statuses.map(providerJson), ...(checks === null ? {} : { checks }) }));
      return;
    }
    if (checks === null) stdout.write(viewText(providersView(statuses, unusedPresets(config, env)), stdout, env));
    else stdout.write(viewText(checksView(checks), stdout, env));
  };
  if (flags.check !== true) {
    show(null);
    if (flags.json !== true) say("hint", "see whether they answer: llm-test-bench providers --check");
    return EXIT.success;
  }

  const checked = statuses.filter(isChecked);
  if (checked.length === 0) {
    if (flags.json === true) show([]);
    say("error", "no provider is ready, so there was nothing to check");
    say("hint", "llm-test-bench providers says what each lacks; sim is started for a run and needs no check");
    return EXIT.casesFailed;
  }
  const specs = checked.map(({ name }) => ({ alias: null, provider: name, model: null }));
  const resolved = resolveTargets(specs, { config, env, model: null });
  const abandon = abandonOnSignal(context);
  try {
    const checks = await checkTargets(resolved, {
      clock: context.clock,
      userAgent: `llm-test-bench/${toolVersion()}`,
      timeoutMs: flags.timeout ?? CHECK_TIMEOUT_MS,
      abandon: abandon.signal,
    });
    if (checks === null) {
      say("note", "stopped before every provider had answered");
      return EXIT.interrupted;
    }
    show(checks);
    return checks.every(({ ok }) => ok) ? EXIT.success : exitCodeOfFailures(checks.map(({ code }) => code));
  } finally {
    abandon.release();
  }
}

/** A simulator that would only be started for the check says nothing about the machine's configuration. */
function isChecked({ missing, baseUrl }: ProviderStatus): boolean {
  return missing.length === 0 && baseUrl !== null;
}
