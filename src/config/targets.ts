import { BenchError } from "../core/errors.ts";

/** One entry of `--providers`. */
export interface TargetSpec {
  readonly alias: string | null;
  readonly provider: string;
  /** Null for the provider's default. */
  readonly model: string | null;
}

const LIST_FORM = "Write --providers as provider or provider:model, separated by commas: openai,sim:fast.";
const SINGLE_FORM = "Write it as provider or provider:model: openai, sim:fast.";

/**
 * Reads `[alias=]provider[:model],…` of each text; a model's own colons are its own, since the first one splits, and `\,`
 * is a comma of the model or the command. Throws `BenchError("usage")` for empty parts, and for a target that stands
 * twice without aliases.
 */
export function parseTargets(texts: string | readonly string[]): TargetSpec[] {
  const specs = [texts].flat().flatMap((text) => targetsIn(text));
  requireDistinct(specs.map((spec) => spec.alias ?? entryText(spec)));
  return specs;
}

function targetsIn(text: string): TargetSpec[] {
  if (text.trim() === "") throw new BenchError("usage", "--providers is empty", { hint: LIST_FORM });
  const fail = (what: string): never => {
    const hint = text.includes("exec:") ? `${LIST_FORM} A comma of a command is written \\,` : LIST_FORM;
    throw new BenchError("usage", `${what} in --providers ${JSON.stringify(text)}`, { hint });
  };
  return text.split(/(?<!\\),/).map((entry) => specIn(entry.replaceAll("\\,", ",").trim(), fail));
}

/** Reads the one target of a command that takes no list; throws `BenchError("usage")`. */
export function parseTarget(text: string): TargetSpec {
  const fail = (what: string): never => {
    throw new BenchError("usage", what, { hint: SINGLE_FORM });
  };
  // A command's own commas cannot be mistaken for others where there is no list.
  const commas = /(?<!\\),/.test(text) && !/^([^:=]*=)?exec:/.test(text);
  if (commas) fail(`one target is wanted, and ${JSON.stringify(text)} holds a comma`);
  return specIn(text.replaceAll("\\,", ",").trim(), fail);
}

/** Throws `BenchError("usage")` when two targets have one label, since results are kept by it. */
export function requireDistinct(labels: readonly string[]): void {
  const twice = labels.find((label, index) => labels.indexOf(label) !== index);
  if (twice === undefined) return;
  throw new BenchError("usage", `the target ${twice} is named twice`, {
    hint: `Give each an alias of its own: --providers a=${twice},b=${twice}`,
  });
}

function specIn(entry: string, fail: (what: string) => never): TargetSpec {
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
