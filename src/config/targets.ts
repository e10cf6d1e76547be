import { BenchError } from "../core/errors.ts";

/** One entry of `--providers`. */
export interface TargetSpec {
  readonly alias: string | null;
  readonly provider: string;
  /** Null for the provider's default. */
  readonly model: string | null;
}

const FORM = "Write --providers as provider or provider:model, separated by commas: openai,sim:fast.";

/**
 * Reads `[alias=]provider[:model],…`; a model's own colons are its own, since the first one splits.
 * Throws `BenchError("usage")` for empty parts, and for a target that stands twice without aliases.
 */
export function parseTargets(text: string): TargetSpec[] {
  if (text.trim() === "") throw new BenchError("usage", "--providers is empty", { hint: FORM });
  const specs = text.split(",").map((entry) => parseTarget(entry.trim(), text));
  requireDistinct(specs.map((spec) => spec.alias ?? entryText(spec)));
  return specs;
}

/** Throws `BenchError("usage")` when two targets have one label, since results are kept by it. */
export function requireDistinct(labels: readonly string[]): void {
  const twice = labels.find((label, index) => labels.indexOf(label) !== index);
  if (twice === undefined) return;
  throw new BenchError("usage", `the target ${twice} is named twice`, {
    hint: `Give each an alias of its own: --providers a=${twice},b=${twice}`,
  });
}

function parseTarget(entry: string, whole: string): TargetSpec {
  const fail = (what: string): never => {
    throw new BenchError("usage", `${what} in --providers ${JSON.stringify(whole)}`, { hint: FORM });
  };
  if (entry === "") fail("an entry is empty");
  const [, alias, target = ""] = /^(?:([^:=]*)=)?(.*)$/s.exec(entry) ?? [];
  const colon = target.indexOf(":");
  const provider = (colon < 0 ? target : target.slice(0, colon)).trim();
  const model = colon < 0 ? null : target.slice(colon + 1).trim();
  if (alias !== undefined && alias.trim() === "") fail(`"${entry}" has an empty alias`);
  if (provider === "") fail(`"${entry}" names no provider`);
  if (model === "") fail(`"${entry}" has a colon but no model`);
  return { alias: alias?.trim() ?? null, provider, model };
}

function entryText({ provider, model }: TargetSpec): string {
  return model === null ? provider : `${provider}:${model}`;
}
