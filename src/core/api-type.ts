/** All of them: what `type` may be in a provider's configuration. */
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
/** The APIs that can be spoken to. */
export type ApiType = (typeof API_TYPES)[number];
