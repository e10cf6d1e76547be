/** The ways there are to a model besides our own client. */
export const BRIDGES = ["exec", "module", "ai-sdk"] as const;
/** What carries requests in place of our own client: a shell command, a module of the user's, a package of the AI SDK. */
export type Bridge = (typeof BRIDGES)[number];
