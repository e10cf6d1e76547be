import http from "node:http";
import type net from "node:net";
import type { FailureCode } from "../../core/failure.ts";
import type { ProxyServer } from "../../core/network.ts";
import { LIMITS } from "./limits.ts";

/** A proxy that does not let a request through; the message says what to do. */
export class ProxyError extends Error {
  override readonly name = "ProxyError";
  readonly code: Extract<FailureCode, "proxy" | "connection">;

  constructor(message: string, code: ProxyError["code"] = "proxy", cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/** A socket being opened through a proxy. */
export interface Tunnel {
  destroy(): void;
}

/**
 * Asks the proxy at the other end of a socket to connect to `host:port` (CONNECT, RFC 9110 section 9.3.6) and hands over that socket.
 * `done` is called once, with a `ProxyError`, or the system's error where the proxy itself is not reached.
 */
export function openTunnel(
  proxy: ProxyServer,
  { host, port }: { host: string; port: number },
  toProxy: net.Socket,
  done: (error: Error | null, socket: net.Socket | null) => void,
): Tunnel {
  const authority = `${host.includes(":") && !host.startsWith("[") ? `[${host}]` : host}:${port}`;
  const request = http.request({
    method: "CONNECT",
    path: authority,
    headers: { host: authority, ...proxyHeaders(proxy) },
    createConnection: () => toProxy,
    maxHeaderSize: LIMITS.proxyHeaderBytes,
  });
  request.once("connect", (response, socket, head) => {
    const status = response.statusCode ?? 0;
    if (status >= 200 && status < 300) {
      if (head.length > 0) socket.unshift(head);
      return done(null, toProxy);
    }
    socket.destroy();
    done(proxyRefusal(proxy, status, response.statusMessage ?? "", authority), null);
  });
  request.once("error", (error) => done(error, null));
  request.end();
  return request;
}

/** What lets a request in at a proxy. */
export function proxyHeaders({ authorization }: ProxyServer): Record<string, string> {
  return authorization === null ? {} : { "proxy-authorization": authorization };
}

/** What a proxy's own status says of a request to `authority`. */
export function proxyRefusal(proxy: ProxyServer, status: number, reason: string, authority: string): ProxyError {
  const name = `the proxy ${proxy.url} (${proxy.source})`;
  if (status === 407) {
    const what = proxy.authorization === null ? "asks for a user and password" : "does not accept user and password";
    return new ProxyError(
      `${name} ${what} (407): put them into the URL, ${proxy.source}=http://USER:PASSWORD@HOST:PORT, special characters as %XX`,
    );
  }
  const said = `${status}${reason === "" ? "" : ` ${reason}`}`;
  if (status >= 500) return new ProxyError(`${name} could not reach ${authority}: ${said}`, "connection");
  const around = "ask who runs it, or reach this host directly: add it to NO_PROXY";
  return new ProxyError(`${name} does not connect to ${authority}: ${said}; ${around}`);
}
