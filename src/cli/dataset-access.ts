import { addressSecrets } from "../core/shown-address.ts";
import type { LoadOptions } from "../datasets/load.ts";
import type { CliContext } from "./context.ts";

/** What a dataset may be read with: standard input, the hub's variables, the clock, the way through a proxy. */
export function datasetAccess({
  stdin,
  env,
  clock,
}: CliContext): Pick<LoadOptions, "stdin" | "env" | "clock" | "fetch"> {
  return {
    stdin,
    env,
    clock,
    async fetch(url, init) {
      // Imported here for its cost: few datasets are elsewhere.
      const { fetchThroughProxy } = await import("../benchmark/dataset-fetch.ts");
      return fetchThroughProxy(env, url, init);
    },
  };
}

/** What reading a dataset may have sent and nothing may show. */
export function datasetSecrets({ env }: CliContext, dataset?: string): string[] {
  const token = env["HF_TOKEN"]?.trim() ?? "";
  const addresses = [dataset, env["HF_ENDPOINT"], env["HF_DATASETS_SERVER"]].filter((address) => address !== undefined);
  return [...(token === "" ? [] : [token]), ...addresses.flatMap(addressSecrets)];
}
