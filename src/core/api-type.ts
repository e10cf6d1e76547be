/** The APIs that can be spoken to: what `type` may be in a provider's configuration. */
export const API_TYPES = [
  "openai",
  "openai-responses",
  "openai-completions",
  "openai-embeddings",
  "anthropic",
  "google",
  "ollama",
  "cohere",
] as const;
export type ApiType = (typeof API_TYPES)[number];
