import type { ApiType } from "../core/api-type.ts";
import { BenchError } from "../core/errors.ts";
import { looksLikeKey } from "../core/looks-like-key.ts";
import { meant } from "../core/shown-address.ts";

/** What stands between a server's address and the paths of each API; `sim` is our own simulator. */
export const API_BASE_PATHS: Readonly<Record<ApiType | "sim", string>> = {
  openai: "/v1",
  "openai-responses": "/v1",
  "openai-completions": "/v1",
  "openai-embeddings": "/v1",
  anthropic: "/v1",
  google: "/v1beta",
  ollama: "/api",
  cohere: "/v2",
  sim: "/v1",
};

/** Endpoints that documentation gives in full, and that are then taken for base URLs. */
const OPENAI_ENDPOINT = /\/(chat\/completions|completions|responses|embeddings)$/i;
const ENDPOINTS: Readonly<Record<ApiType | "sim", RegExp>> = {
  openai: OPENAI_ENDPOINT,
  "openai-responses": OPENAI_ENDPOINT,
  "openai-completions": OPENAI_ENDPOINT,
  "openai-embeddings": OPENAI_ENDPOINT,
  anthropic: /\/messages$/i,
  google: /\/models\/[^/]+:(stream)?generateContent$/i,
  ollama: /\/(chat|generate)$/i,
  cohere: /\/chat$/i,
  sim: OPENAI_ENDPOINT,
};

/** What a base URL is completed for. */
export interface BaseUrlUse {
  readonly type: ApiType | "sim";
  /** Added where there is no path; the API's own unless given. */
  readonly apiPath?: string | undefined;
  /** Hears how the URL was corrected. */
  readonly notice?: ((message: string) => void) | undefined;
}

/**
 * The URL that an API's paths (`/chat/completions`, `/messages`) are appended to: the API's path is added only where
 * there is no path, and a path that is already there is taken off, with a notice.
 * Throws `BenchError("config")` that names `source`, the variable or key which the text came from.
 */
export function completeBaseUrl(text: string, source: string, { type, apiPath, notice }: BaseUrlUse): string {
  const url = parsed(text, source);
  const wrong = (what: string, hint: string): BenchError => new BenchError("config", `${source} ${what}`, { hint });
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    // `localhost:8000` is the scheme "localhost" and a path, as addresses go.
    if (/^[\w.-]+:\d+(\/|$)/.test(text)) throw wrong("has no scheme", "Begin it with http:// or https://.");
    throw wrong(`has the scheme ${url.protocol.slice(0, -1)}`, "Only http:// and https:// can be called.");
  }
  // It is written into every run's manifest.
  if (url.username !== "" || url.password !== "") {
    throw wrong("holds a user name or password", "Use api_key_env for a key; the URL is recorded with the results.");
  }
  if (url.search !== "" || url.hash !== "") {
    throw wrong("has a query or fragment", "Give the part of the URL before the ?; paths are appended to it.");
  }
  const path = url.pathname.replace(/\/+$/, "");
  if (path === "") return url.origin + (apiPath ?? API_BASE_PATHS[type]);
  const endpoint = ENDPOINTS[type].exec(path)?.[0];
  if (endpoint === undefined) return url.origin + path;
  const corrected = url.origin + path.slice(0, -endpoint.length).replace(/\/+$/, "");
  notice?.(`${source} ends in ${endpoint}, which is added to each request: the base URL is ${corrected}`);
  return corrected;
}

function parsed(text: string, source: string): URL {
  try {
    return new URL(text);
  } catch (cause) {
    throw new BenchError("config", `${source} is not a URL: ${JSON.stringify(urlInMessages(text))}`, {
      hint: "Write it in full, such as http://127.0.0.1:8000/v1.",
      cause,
    });
  }
}

/** Longer words without any of the marks of an address are more likely a key. */
const LONGEST_HOST_NAME = 12;

/** An address as it was written, good or not, without what stands where users, passwords and keys do. */
export function urlInMessages(text: string): string {
  if (text.length > LONGEST_HOST_NAME && !/[.:/]/.test(text)) return "[secret]";
  return text
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)?[^/?#]*@/i, "$1[secret]@")
    .replace(/[?#].*$/s, (rest) => `${rest.charAt(0)}[secret]`)
    .replaceAll(/(?<=[^/]\/)[^/?#]+/g, (part) => (looksLikeKey(meant(part)) ? "[secret]" : part));
}
