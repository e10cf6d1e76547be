import type { LoadOptions } from "../datasets/load.ts";
import type { CliContext } from "./context.ts";

/** What a dataset may be read with: standard input, the hub's variables, the clock. */
export function datasetAccess({ stdin, env, clock }: CliContext): Pick<LoadOptions, "stdin" | "env" | "clock"> {
  return { stdin, env, clock };
}

/** What reading a dataset may have sent and nothing may show. */
export function datasetSecrets({ env }: CliContext): string[] {
  const token = env["HF_TOKEN"]?.trim() ?? "";
  return token === "" ? [] : [token];
}
