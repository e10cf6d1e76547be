import { requestFor } from "../../benchmark/requests.ts";
import { requireTaken } from "../../benchmark/check-conversation.ts";
import { secretsOf } from "../../benchmark/secrets-of.ts";
import { priceTarget } from "../../benchmark/targets.ts";
import { loadConfig } from "../../config/load.ts";
import { resolveTargets } from "../../config/resolve.ts";
import { parseTargets } from "../../config/targets.ts";
import type { Dataset, TestCase } from "../../core/dataset.ts";
import { BenchError } from "../../core/errors.ts";
import { maskFor } from "../../core/secrets.ts";
import { wireOf } from "../../providers/apis.ts";
import { shielded, type CliContext } from "../context.ts";
import { datasetSecrets } from "../dataset-access.ts";
import { jsonText } from "../json-text.ts";

/** Prints the requests that a run would send for a case, one JSON object a target; headers, and with them keys, are left out. */
export async function showRequests(
  testCase: TestCase,
  { defaults }: Dataset,
  names: string,
  configFile: string | null,
  outside: CliContext,
): Promise<void> {
  const { config } = await loadConfig({ ...outside, explicitPath: configFile });
  const resolved = resolveTargets(parseTargets(names), { config, env: outside.env, model: null });
  const { stdout } = shielded(outside, maskFor([...secretsOf(resolved), ...datasetSecrets(outside)]));
  for (const target of resolved) {
    if (target.type === "bridge") {
      throw new BenchError("usage", `${target.label} is reached through other code, which makes its own requests`, {
        hint: "Show it for a target with an API of its own, such as -p openai.",
      });
    }
    const priced = await priceTarget(target);
    const sources = {
      parameters: {},
      stream: true,
      defaults,
      caseModels: resolved.length === 1,
      synthetic: false,
    };
    const request = requestFor(testCase, priced, sources);
    requireTaken(request, priced, testCase.id);
    // A simulator of the run's own gets its address when it starts.
    const base = (target.baseUrl ?? "http://simulator/v1").replace(/\/+$/, "");
    const wire = wireOf(target.type === "sim" ? "openai" : target.type, base, target.quirks);
    const shown = { target: target.label, url: base + wire.path(request), body: wire.body(request) };
    stdout.write(jsonText(shown));
  }
}
