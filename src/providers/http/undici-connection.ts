import net from "node:net";
import tls from "node:tls";
import { Client, type buildConnector, type Dispatcher } from "undici";
import type { Clock, Millis } from "../../core/clock.ts";
import type { Connection, ExchangeListener, HttpRequest } from "./connection.ts";

/** Longer than undici's 4 s, so that a slow trickle of requests does not pay a connect each; servers' own limits rule. */
const KEEP_ALIVE_MS = 60_000;

/**
 * A connection through an undici Client at `dispatch` level; undici's own timeouts are off.
 * Sockets are opened here, so that connect time is known and each socket read is stamped before undici parses it.
 */
export function undiciConnection(origin: URL, clock: Clock): Connection {
  return new UndiciConnection(origin, clock);
}

class UndiciConnection implements Connection {
  readonly #origin: URL;
  readonly #clock: Clock;
  #client: Client | null = null;
  #connecting: net.Socket | null = null;
  #listener: ExchangeListener | null = null;
  #exchangesOnSocket = 0;
  #readAt: Millis = 0;
  #reads = 0;

  constructor(origin: URL, clock: Clock) {
    this.#origin = origin;
    this.#clock = clock;
  }

  exchange(request: HttpRequest, listener: ExchangeListener): (error: Error) => void {
    this.#client ??= this.#openClient();
    this.#listener = listener;
    const exchange = new Exchange(listener, this.#clock, {
      sent: () => this.#exchangesOnSocket++ === 0,
      read: () => [this.#readAt, this.#reads],
      finished: () => (this.#listener = null),
    });
    this.#client.dispatch({ ...request, method: "POST" }, exchange);
    return (error) => {
      if (exchange.abort(error)) return;
      // Not on a socket yet, so undici has nothing to abort: the whole client goes, and the socket it was waiting for.
      this.#connecting?.destroy();
      void this.#client?.destroy(error);
      this.#client = null;
      exchange.onResponseError(null, error);
    };
  }

  async close(): Promise<void> {
    this.#connecting?.destroy();
    await this.#client?.destroy();
    this.#client = null;
  }

  #openClient(): Client {
    return new Client(this.#origin.origin, {
      connect: (options, callback) => this.#connect(options, callback),
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: KEEP_ALIVE_MS,
    });
  }

  #connect(options: buildConnector.Options, callback: buildConnector.Callback): void {
    this.#listener?.connecting(this.#clock.now());
    const secure = options.protocol === "https:";
    const address = { host: options.hostname, port: Number(options.port) || (secure ? 443 : 80) };
    const socket = secure
      ? tls.connect({
          ...address,
          servername: options.servername ?? (net.isIP(options.hostname) === 0 ? options.hostname : ""),
          ALPNProtocols: ["http/1.1"],
        })
      : net.connect(address);
    socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS);
    this.#connecting = socket;
    const onError = (error: Error): void => callback(error, null);
    socket.once("error", onError);
    socket.once(secure ? "secureConnect" : "connect", () => {
      socket.off("error", onError);
      if (this.#connecting !== socket) return void socket.destroy();
      this.#connecting = null;
      this.#listener?.connected(this.#clock.now());
      this.#exchangesOnSocket = 0;
      // Registered before undici's own listener, so it runs first.
      socket.on("readable", () => {
        this.#readAt = this.#clock.now();
        this.#reads += 1;
      });
      callback(null, socket);
    });
  }
}

/** What an exchange asks of its connection. */
interface ConnectionSide {
  /** Counts this exchange; true for the first on its socket. */
  sent(): boolean;
  /** Instant and number of the socket read that is being parsed. */
  read(): [Millis, number];
  finished(): void;
}

/** undici's view of one exchange, passed on to the listener. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #listener: ExchangeListener;
  readonly #clock: Clock;
  readonly #connection: ConnectionSide;
  #controller: Dispatcher.DispatchController | null = null;
  #over = false;

  constructor(listener: ExchangeListener, clock: Clock, connection: ConnectionSide) {
    this.#listener = listener;
    this.#clock = clock;
    this.#connection = connection;
  }

  /** Whether there was a running exchange to abort, or it is over anyway. */
  abort(error: Error): boolean {
    if (this.#over) return true;
    if (this.#controller === null) return false;
    this.#controller.abort(error);
    return true;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // Stamped before the write, so that a latency can come out too long by the write's microseconds, never too short.
    const fresh = this.#connection.sent();
    this.#listener.sent(this.#clock.now(), fresh);
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200) return;
    this.#listener.headers(this.#connection.read()[0], status, headers);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const [at, read] = this.#connection.read();
    this.#listener.data(at, read, chunk);
  }

  onResponseEnd(): void {
    if (!this.#finish()) return;
    this.#listener.ended(this.#connection.read()[0]);
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    if (!this.#finish()) return;
    this.#listener.failed(this.#clock.now(), error);
  }

  #finish(): boolean {
    if (this.#over) return false;
    this.#over = true;
    this.#connection.finished();
    return true;
  }
}
