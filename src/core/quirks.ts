import type { RequestParameters } from "./request.ts";

/** Where a server departs from the API that it speaks. Data, so that a provider is an entry in a table and not a class. */
export interface Quirks {
  /** What the limit of the answer is called; `max_tokens` unless said. */
  readonly maxTokensField?: "max_tokens" | "max_completion_tokens";
  /** What the seed is called; `seed` unless said. */
  readonly seedField?: "random_seed";
  /** Streams bring their usage unasked, and the server refuses to be asked for it or ignores that. */
  readonly usageUnasked?: true;
  /** The header that carries the key, in place of `authorization`. */
  readonly keyHeader?: string;
  /** The dated API of Azure: the deployment stands in the path, this in the query. */
  readonly azureApiVersion?: string;
  readonly reasoningModels?: ReasoningModels;
}

/** Models that think before they answer, and are asked in other words. */
export interface ReasoningModels {
  /** Matches their names. */
  readonly pattern: RegExp;
  /** Parameters that they refuse. */
  readonly without: readonly (keyof RequestParameters)[];
  /** What the role of a system prompt is called. */
  readonly systemRole: "developer";
}

/** Later models of the gpt-5 line take a temperature when they do not reason, so only the first ones are in. */
const REASONING: ReasoningModels = {
  pattern: /^(o[1-9](-|$)|gpt-5(-mini|-nano|-pro)?(-\d{4}-\d{2}-\d{2})?$)/,
  without: ["temperature", "top_p"],
  systemRole: "developer",
};

/** OpenAI's own: https://platform.openai.com/docs/guides/reasoning */
export const OPENAI_QUIRKS: Quirks = { maxTokensField: "max_completion_tokens", reasoningModels: REASONING };

/** Request parameters that a model refuses, of those that its API knows. */
export function refusedParameters(quirks: Quirks, model: string): readonly (keyof RequestParameters)[] {
  return quirks.reasoningModels?.pattern.test(model) === true ? quirks.reasoningModels.without : [];
}
