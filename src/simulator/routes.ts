import type { IncomingMessage } from "node:http";
import { anthropicWire } from "./wire-anthropic.ts";
import { googleWire } from "./wire-google.ts";
import { ollamaWire } from "./wire-ollama.ts";
import { openaiWire } from "./wire-openai.ts";
import { responsesWire } from "./wire-responses.ts";
import type { Addressed, Wire } from "./wire.ts";

/** What a request's method and path ask for. */
export type Route =
  | { readonly kind: "chat"; readonly wire: Wire; readonly addressed: Addressed }
  | { readonly kind: "models"; readonly wire: Wire }
  | { readonly kind: "unknown"; readonly wire: Wire };

const CHAT: Readonly<Record<string, Wire>> = {
  "POST /v1/chat/completions": openaiWire,
  "POST /v1/responses": responsesWire,
  "POST /v1/messages": anthropicWire,
  "POST /api/chat": ollamaWire,
};

const MODELS: ReadonlySet<string> = new Set(["GET /v1/models", "GET /v1beta/models", "GET /api/tags"]);

/** Reads `METHOD /path`, without its query. */
export function routeOf(route: string, headers: IncomingMessage["headers"]): Route {
  const chat = CHAT[route];
  if (chat !== undefined) return { kind: "chat", wire: chat, addressed: {} };
  // Google puts the model and the way of answering into the path.
  const [, model, method] =
    /^POST \/v1beta\/models\/([^/:]+):(generateContent|streamGenerateContent)$/.exec(route) ?? [];
  if (model !== undefined) {
    const addressed = { model: decoded(model), stream: method === "streamGenerateContent" };
    return { kind: "chat", wire: googleWire, addressed };
  }
  return { kind: MODELS.has(route) ? "models" : "unknown", wire: wireMeant(route, headers) };
}

/** A text that is no percent-encoding stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Which API a request outside the chat endpoints means. */
function wireMeant(route: string, headers: IncomingMessage["headers"]): Wire {
  const path = route.slice(route.indexOf(" ") + 1);
  if (path.startsWith("/v1beta/")) return googleWire;
  if (path.startsWith("/api/")) return ollamaWire;
  return headers["anthropic-version"] !== undefined || path.startsWith("/v1/messages") ? anthropicWire : openaiWire;
}
