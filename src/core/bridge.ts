/** What carries requests to a model in place of our own HTTP client: a shell command, a module of the user's, a package of the AI SDK. */
export const BRIDGES = ["exec", "module", "ai-sdk"] as const;
export type Bridge = (typeof BRIDGES)[number];
