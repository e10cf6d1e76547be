import type { Environment } from "../config/environment.ts";
import { proxyFor } from "../config/proxy.ts";
import { BenchError } from "../core/errors.ts";
import { shownAddress } from "../core/shown-address.ts";
import type { Fetch, Fetched } from "../datasets/sources/http-get.ts";
import { networkFailure } from "../providers/http/network-failure.ts";
import { openSocket, ProxyUnreachable, routeTo } from "../providers/http/open-socket.ts";
import { ProxyError } from "../providers/http/proxy-tunnel.ts";

const UNSENT = { sent: false, anyByte: false, fresh: true, streaming: false, sinceSentMs: 0 };

/**
 * Fetches through the proxy that the environment names for the address, as requests to models do; directly where it
 * names none. Throws `BenchError`: "config" for a proxy that cannot be used, "dataset" for one that does not let through.
 */
export async function fetchThroughProxy(env: Environment, url: URL, init: Parameters<Fetch>[1]): Promise<Fetched> {
  const proxy = proxyFor(env, url.href);
  if (proxy === null) return fetch(url, init);
  const { Agent, fetch: fetchWith } = await import("undici");
  const route = routeTo(url, { proxy, ca: null });
  const dispatcher = new Agent({
    connect(_, callback) {
      openSocket(route, (error, socket) => {
        if (socket === null) callback(error ?? new Error("no connection"), null);
        else callback(null, socket);
      });
    },
    // One request a connection: nothing is left open that would keep the process alive.
    pipelining: 0,
  });
  try {
    return await fetchWith(url, { ...init, dispatcher });
  } catch (error) {
    const cause = error instanceof Error ? error.cause : null;
    if (!(cause instanceof ProxyError || cause instanceof ProxyUnreachable)) throw error;
    throw new BenchError(
      "dataset",
      `${shownAddress(url.href)} cannot be fetched: ${networkFailure(cause, UNSENT, url.host).message}`,
      {
        hint: `${proxy.source} names the proxy. Correct it, or add ${url.hostname} to NO_PROXY, or download the file yourself.`,
        cause: error,
      },
    );
  }
}
