import { BenchError } from "../core/errors.ts";
import type { ProxyServer } from "../core/network.ts";
import { setVariable } from "./environment.ts";
import type { Environment } from "./environment.ts";
import { bypassesProxy, isLoopback } from "./no-proxy.ts";

/**
 * The proxy that the environment names for a URL, or null for a direct connection: `https_proxy` or `http_proxy` after
 * the URL's scheme, else `all_proxy`; lower case rules over upper, and `no_proxy` over all. This machine itself is
 * always reached directly. Throws `BenchError("config")` for a proxy that cannot be used, without repeating its
 * credentials.
 */
export function proxyFor(env: Environment, url: string): ProxyServer | null {
  const { protocol, hostname, port } = new URL(url);
  if (isLoopback(hostname)) return null;
  const scheme = protocol.slice(0, -1);
  const named = variableOf(env, `${scheme}_proxy`) ?? variableOf(env, "all_proxy");
  if (named === null) return null;
  const exceptions = variableOf(env, "no_proxy");
  const address = { host: hostname, port: Number(port) || (scheme === "https" ? 443 : 80) };
  return exceptions !== null && bypassesProxy(exceptions.text, address) ? null : parsed(named);
}

/** The proxy in words that hold no secret: `http://proxy:3128 (HTTPS_PROXY, with credentials)`. */
export function describeProxy({ url, source, authorization }: ProxyServer): string {
  return `${url} (${source}${authorization === null ? "" : ", with credentials"})`;
}

interface Variable {
  readonly name: string;
  readonly text: string;
}

function variableOf(env: Environment, lowerCase: string): Variable | null {
  for (const name of [lowerCase, lowerCase.toUpperCase()]) {
    const text = setVariable(env, name);
    if (text !== null) return { name, text };
  }
  return null;
}

function parsed({ name, text }: Variable): ProxyServer {
  const url = urlOf(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`);
  if (url === null || url.hostname === "") {
    throw new BenchError("config", `${name} is not the URL of a proxy`, {
      hint: `Write it as http://host:port or http://user:password@host:port, or unset ${name}; special characters of a password as %XX.`,
    });
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new BenchError("config", `${name} names a proxy of the kind ${url.protocol.slice(0, -1)}`, {
      hint: `Only http:// and https:// proxies can be used. Name one, unset ${name}, or put the server's host into NO_PROXY.`,
    });
  }
  return { url: url.origin, authorization: authorizationOf(url), source: name };
}

function urlOf(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

function authorizationOf({ username, password }: URL): string | null {
  if (username === "" && password === "") return null;
  return `Basic ${Buffer.from(`${decoded(username)}:${decoded(password)}`).toString("base64")}`;
}

/** A lone `%` is one that somebody forgot to write as `%25`. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
