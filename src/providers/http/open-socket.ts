import net from "node:net";
import tls from "node:tls";
import type { Network } from "../../core/network.ts";
import { openTunnel } from "./proxy-tunnel.ts";

/** Longer than undici's 4 s, so that a slow trickle of requests does not pay a connect each; servers' own limits rule. */
export const KEEP_ALIVE_MS = 60_000;

/** How sockets to one origin are opened. */
export interface Route {
  readonly origin: URL;
  readonly network: Network;
  /** Authorities to trust; undefined for Node's own. */
  readonly secureContext: tls.SecureContext | undefined;
}

/** A socket that is being opened. */
export interface Opening {
  destroy(): void;
}

/** The error of a socket to a proxy, apart from one to the server behind it. */
export class ProxyUnreachable extends Error {
  override readonly name = "ProxyUnreachable";
}

/** The route to an origin; reads the certificates once, since that takes tens of milliseconds. */
export function routeTo(origin: URL, network: Network): Route {
  return { origin, network, secureContext: network.ca === null ? undefined : trusting(network.ca) };
}

/**
 * Opens a socket: to the server, through a tunnel of a proxy for `https`, or to the proxy itself for `http`, which is
 * then asked for whole URLs. `done` is called at most once, and not after `destroy`.
 */
export function openSocket(route: Route, done: (error: Error | null, socket: net.Socket | null) => void): Opening {
  const { origin, network, secureContext } = route;
  const secure = origin.protocol === "https:";
  const server = { host: bareHost(origin), port: Number(origin.port) || (secure ? 443 : 80) };
  const { proxy } = network;
  let over = false;
  let current: Opening;
  const settle = (error: Error | null, socket: net.Socket | null): void => {
    if (over) return void socket?.destroy();
    over = true;
    done(error, socket);
  };
  const shake = (below?: net.Socket): void => {
    const socket = tls.connect({
      ...(below === undefined ? server : { socket: below }),
      servername: net.isIP(server.host) === 0 ? server.host : "",
      // Without a servername it is this that the certificate is checked against.
      host: server.host,
      secureContext,
      ALPNProtocols: ["http/1.1"],
    });
    // Nobody else listens there, and an error that nobody hears ends the process.
    below?.on("error", (error) => socket.destroy(error));
    current = opened(socket, "secureConnect", settle);
  };

  if (proxy === null) {
    if (secure) shake();
    else current = opened(net.connect(server), "connect", settle);
  } else {
    const atProxy = (error: Error | null, socket: net.Socket | null): void =>
      settle(error === null ? null : new ProxyUnreachable(proxy.url, { cause: error }), socket);
    const toProxy = proxySocket(new URL(proxy.url), secureContext);
    current = secure
      ? openTunnel(proxy, server, toProxy, (error, socket) => {
          if (over) return void socket?.destroy();
          if (socket !== null) shake(socket);
          else if (error !== null && error.name === "ProxyError") settle(error, null);
          else atProxy(error, null);
        })
      : opened(toProxy, toProxy instanceof tls.TLSSocket ? "secureConnect" : "connect", atProxy);
  }
  return {
    destroy() {
      over = true;
      current.destroy();
    },
  };
}

function opened<Socket extends net.Socket>(
  socket: Socket,
  event: "connect" | "secureConnect",
  done: (error: Error | null, socket: net.Socket | null) => void,
): Socket {
  tuned(socket);
  const onError = (error: Error): void => done(error, null);
  socket.once("error", onError);
  socket.once(event, () => {
    socket.off("error", onError);
    done(null, socket);
  });
  return socket;
}

function proxySocket(url: URL, secureContext: tls.SecureContext | undefined): net.Socket {
  const host = bareHost(url);
  if (url.protocol === "http:") return tuned(net.connect({ host, port: Number(url.port) || 80 }));
  const servername = net.isIP(host) === 0 ? host : "";
  const options = { host, port: Number(url.port) || 443, servername, ALPNProtocols: ["http/1.1"] };
  return tuned(tls.connect({ ...options, secureContext }));
}

function tuned<Socket extends net.Socket>(socket: Socket): Socket {
  return socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS);
}

function trusting(ca: string): tls.SecureContext {
  // Newer Node says what it trusts, NODE_EXTRA_CA_CERTS included.
  const known = "getCACertificates" in tls ? (tls as { getCACertificates(): string[] }).getCACertificates() : null;
  return tls.createSecureContext({ ca: [...(known ?? tls.rootCertificates), ca] });
}

function bareHost({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, "$1");
}
