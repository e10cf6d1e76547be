import type { Clock } from "../../core/clock.ts";
import type { Attempt, Call, Channel, Provider } from "../../core/provider.ts";
import type { WireFormat } from "../wire/wire-format.ts";
import type { Connection, HttpRequest } from "./connection.ts";
import { decodingContent } from "./content-encoding.ts";
import { HttpAttempt } from "./http-attempt.ts";
import { rewordingFor } from "./rewording.ts";

/** What makes an API at some address a provider. */
export interface HttpProviderSettings {
  readonly name: string;
  readonly wire: WireFormat;
  /** The wire's path is appended to it. */
  readonly baseUrl: string;
  readonly apiKey: string | null;
  /** Sent with every request, after the wire's own. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Headers that tell the simulator which case this is; no other server is told. */
  readonly callHeaders?: (call: Call) => Record<string, string>;
  readonly simulated?: boolean;
  readonly userAgent: string;
  readonly openConnection: () => Connection;
}

/** A provider that is an HTTP API. Each channel owns one connection. */
export function httpProvider(settings: HttpProviderSettings, clock: Clock): Provider {
  const url = new URL(settings.baseUrl);
  const base = url.pathname.replace(/\/+$/, "");
  const { wire } = settings;
  const headers = {
    "content-type": "application/json",
    "user-agent": settings.userAgent,
    ...wire.headers(settings.apiKey),
    ...lowerCased(settings.headers ?? {}),
  };
  const rewording = rewordingFor(wire);
  const headersOf = (call: Call): Record<string, string> => {
    const asked = call.request.headers;
    if (asked === undefined && settings.callHeaders === undefined) return headers;
    return { ...headers, ...lowerCased(asked ?? {}), ...settings.callHeaders?.(call) };
  };
  const render = (call: Call): HttpRequest => ({
    path: `${base}${wire.path(call.request)}`,
    headers: headersOf(call),
    body: JSON.stringify(rewording.body(wire.body(call.request), call.request.model)),
  });
  let simulated = settings.simulated ?? false;
  return {
    name: settings.name,
    get simulated() {
      return simulated;
    },
    openChannel(): Channel {
      const connection = settings.openConnection();
      return {
        send(asked) {
          const call = rewording.call(wire.startStream === null ? withoutStream(asked) : asked);
          const request = render(call);
          return exchange(connection, call, request, wire, clock, url).then((attempt) => {
            simulated ||= attempt.simulated === true;
            return rewording.judged(attempt, { call, body: request.body });
          });
        },
        close: () => connection.close(),
      };
    },
  };
}

/** The call of an API that does not stream. */
function withoutStream(call: Call): Call {
  return call.request.stream ? { ...call, request: { ...call.request, stream: false } } : call;
}

/** Names of headers are the same in any case; two spellings of one would both be sent. */
function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function exchange(
  connection: Connection,
  call: Call,
  request: HttpRequest,
  wire: WireFormat,
  clock: Clock,
  url: URL,
): Promise<Attempt> {
  return new Promise((resolve) => {
    let abort: ((error: Error) => void) | null = null;
    const end = (error: Error): void => {
      abort?.(error);
      listener.cancel(error);
    };
    const onAbort = (): void => end(new Error("aborted"));
    const attempt = new HttpAttempt(call, wire, clock, url, {
      settle(result) {
        call.signal.removeEventListener("abort", onAbort);
        resolve(result);
      },
      end,
    });
    const listener = decodingContent(attempt, (error) => abort?.(error));
    abort = connection.exchange(request, listener);
    if (call.signal.aborted) onAbort();
    else call.signal.addEventListener("abort", onAbort, { once: true });
  });
}
