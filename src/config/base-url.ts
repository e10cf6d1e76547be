import { BenchError } from "../core/errors.ts";

/**
 * The URL that `/chat/completions` or `/messages` is appended to: `/v1` is added only where there is no path.
 * Throws `BenchError("config")` that names `source`, the variable or key which the text came from.
 */
export function completeBaseUrl(text: string, source: string): string {
  const url = parsed(text, source);
  const wrong = (what: string, hint: string): BenchError => new BenchError("config", `${source} ${what}`, { hint });
  if (url.protocol !== "http:" && url.protocol !== "https:") {
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
  return url.origin + (path === "" ? "/v1" : path);
}

function parsed(text: string, source: string): URL {
  try {
    return new URL(text);
  } catch (cause) {
    throw new BenchError("config", `${source} is not a URL: ${JSON.stringify(text)}`, {
      hint: "Write it in full, such as http://127.0.0.1:8000/v1.",
      cause,
    });
  }
}
