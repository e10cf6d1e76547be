import type net from "node:net";
import { Client, type buildConnector, type Dispatcher } from "undici";
import type { Clock, Millis } from "../../core/clock.ts";
import type { ProxyServer } from "../../core/network.ts";
import type { Connection, ExchangeListener, HttpRequest } from "./connection.ts";
import { LIMITS, tooLong } from "./limits.ts";
import { KEEP_ALIVE_MS, openSocket, type Opening, type Route } from "./open-socket.ts";
import { proxyHeaders, proxyRefusal } from "./proxy-tunnel.ts";

/** Asking a socket for its count takes 0.15 µs, which each token would pay; a read brings 64 KiB at most. */
const READS_BETWEEN_CHECKS = 16;

/**
 * A connection through an undici Client at `dispatch` level; undici's own timeouts are off.
 * Sockets are opened here, so that connect time is known and each socket read is stamped before undici parses it.
 */
export function undiciConnection(route: Route, clock: Clock): Connection {
  return new UndiciConnection(route, clock);
}

class UndiciConnection implements Connection {
  readonly #route: Route;
  /** The proxy that is asked for whole URLs; one that tunnels is behind us once a socket is open. */
  readonly #forwarder: ProxyServer | null;
  readonly #clock: Clock;
  #client: Client | null = null;
  #connecting: Opening | null = null;
  #socket: net.Socket | null = null;
  #listener: ExchangeListener | null = null;
  #exchangesOnSocket = 0;
  #readAt: Millis = 0;
  #reads = 0;
  /** The socket's count of bytes at which the answer, or what comes before it, is too long. */
  #bytesAllowed = 0;
  #part: "beforeAnswer" | "answer" = "beforeAnswer";

  constructor(route: Route, clock: Clock) {
    this.#route = route;
    this.#forwarder = route.origin.protocol === "http:" ? route.network.proxy : null;
    this.#clock = clock;
  }

  exchange(request: HttpRequest, listener: ExchangeListener): (error: Error) => void {
    this.#client ??= this.#openClient();
    this.#listener = listener;
    const exchange = new Exchange(listener, this.#clock, {
      sent: () => {
        this.#allow("beforeAnswer", LIMITS.bytesBeforeAnswer);
        return this.#exchangesOnSocket++ === 0;
      },
      answering: (status) => {
        this.#allow("answer", LIMITS.answerBytes);
        return status === 407 && this.#forwarder !== null
          ? proxyRefusal(this.#forwarder, status, "", this.#route.origin.host)
          : null;
      },
      read: () => [this.#readAt, this.#reads],
      finished: () => (this.#listener = null),
    });
    this.#client.dispatch(this.#dispatched(request), exchange);
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

  #dispatched({ path, headers, body }: HttpRequest): Dispatcher.DispatchOptions {
    if (this.#forwarder === null) return { path, headers, body, method: "POST" };
    return {
      path: this.#route.origin.origin + path,
      headers: { ...headers, ...proxyHeaders(this.#forwarder) },
      body,
      method: "POST",
    };
  }

  #allow(part: "beforeAnswer" | "answer", bytes: number): void {
    this.#part = part;
    this.#bytesAllowed = (this.#socket?.bytesRead ?? 0) + bytes;
  }

  #openClient(): Client {
    return new Client(this.#route.origin.origin, {
      connect: (_options, callback) => this.#connect(callback),
      pipelining: 1,
      maxHeaderSize: LIMITS.headerBytes,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: KEEP_ALIVE_MS,
    });
  }

  #connect(callback: buildConnector.Callback): void {
    this.#listener?.connecting(this.#clock.now());
    const opening = openSocket(this.#route, (error, socket) => {
      if (socket === null) return callback(error ?? new Error("no socket"), null);
      if (this.#connecting !== opening) return void socket.destroy();
      this.#connecting = null;
      this.#socket = socket;
      this.#listener?.connected(this.#clock.now());
      this.#exchangesOnSocket = 0;
      // Registered before undici's own listener, so it runs first.
      socket.on("readable", () => {
        this.#readAt = this.#clock.now();
        this.#reads += 1;
        if (this.#reads % READS_BETWEEN_CHECKS === 0 && socket.bytesRead > this.#bytesAllowed) {
          socket.destroy(this.#tooLong());
        }
      });
      callback(null, socket);
    });
    this.#connecting = opening;
  }

  #tooLong(): Error {
    return this.#part === "answer"
      ? tooLong("the answer", LIMITS.answerBytes)
      : tooLong("what comes before the answer", LIMITS.bytesBeforeAnswer);
  }
}

/** What an exchange asks of its connection. */
interface ConnectionSide {
  /** Counts this exchange; true for the first on its socket. */
  sent(): boolean;
  /** The head of the answer is there; an error where the answer is not the server's. */
  answering(status: number): Error | null;
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
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200) return;
    const error = this.#connection.answering(status);
    if (error !== null) return controller.abort(error);
    this.#listener.headers(this.#connection.read()[0], status, headers);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const [at, read] = this.#connection.read();
    this.#listener.data(at, read, chunk);
  }

  onResponseEnd(): void {
    if (!this.#finish()) return;
    try {
      this.#listener.ended(this.#connection.read()[0]);
    } catch (error) {
      // Nothing else would end the attempt: undici takes the exchange for done.
      this.#listener.failed(this.#clock.now(), error);
    }
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
