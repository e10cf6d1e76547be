import type { IncomingMessage, ServerResponse } from "node:http";
import { hrtime } from "node:process";
import type { Clock, Millis } from "../core/clock.ts";
import { atEach } from "./pacing.ts";
import type { Break } from "./faults.ts";
import type { Answer, Refused, Stamps, Wire } from "./wire.ts";

/** One request being answered. */
export interface Exchange {
  readonly response: ServerResponse;
  readonly wire: Wire;
  readonly clock: Clock;
  /** When the request's headers had been read, on the clock and on the clock that processes share. */
  readonly receivedAt: Millis;
  readonly receivedNs: bigint;
  readonly requestId: string;
  /** The instant on the clock at which something is due, so long after the request's arrival. */
  readonly dueAt: (afterMs: Millis) => Millis;
}

/** The instant now on the one monotonic clock that all processes of a machine share. */
export const sharedNow = (): bigint => hrtime.bigint();

const stampsOf = (exchange: Exchange): Stamps => ({
  received_ns: String(exchange.receivedNs),
  sent_ns: String(sharedNow()),
});

/** Sends an error response at once. */
export function sendRefused({ response }: Exchange, refused: Refused, headers: Record<string, string> = {}): void {
  response.writeHead(refused.status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(refused.body));
}

/** How long a client may go on with a request that is refused already: it may read the answer only when it is done. */
const LINGER_MS: Millis = 1000;

/**
 * Refuses a request whose body goes on, and closes the connection. Node would close it at once, which resets it where the
 * client is still sending, and a reset can take the answer away from a client that has not read it. So only our side is
 * closed, and what still comes is read and dropped for a while.
 */
export function sendTooLarge({ response, clock }: Exchange, request: IncomingMessage, { body }: Refused): void {
  const text = JSON.stringify(body);
  const { socket } = request;
  response.detachSocket(socket);
  const head = ["HTTP/1.1 413 Payload Too Large", "content-type: application/json", "connection: close"];
  socket.end(`${head.join("\r\n")}\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  request.resume();
  const lingering = clock.setTimer(LINGER_MS, () => socket.destroy());
  socket.on("close", () => {
    lingering.cancel();
    // It has no socket any more that would say so.
    response.emit("close");
  });
}

/** Closes the connection with a reset, before any byte of a response. */
export function sendReset({ response }: Exchange): void {
  response.socket?.resetAndDestroy();
}

/** Sends what a broken proxy sends: success, and a web page. */
export function sendMalformed({ response }: Exchange): void {
  response.writeHead(200, { "content-type": "text/html" });
  response.end("<!doctype html><title>Simulated gateway page</title><p>This is no API.</p>");
}

/**
 * Streams an answer: headers and opening events at once, then each token at its due time (milliseconds after the
 * request's arrival). A fault takes over after half of the tokens; a stalled stream is held until the client leaves.
 */
export function sendStream(exchange: Exchange, answer: Answer, dueMs: readonly Millis[], fault: Break | null): void {
  const { response, wire, clock, dueAt } = exchange;
  const sent = fault === null ? dueMs.length : Math.floor(dueMs.length / 2);
  response.writeHead(200, { "content-type": wire.streamType, "cache-control": "no-cache" });
  writeNow(response, wire.opening(answer));
  const timer = atEach(
    clock,
    dueMs.slice(0, sent).map(dueAt),
    (i) => writeNow(response, wire.token(answer, answer.tokens[i] ?? "", stampsOf(exchange), i)),
    () => {
      if (fault === "stall") return;
      if (fault === "stream_error") response.end(wire.streamError(exchange.requestId));
      else if (fault === "stream_cut") response.end();
      else response.end(wire.closing(answer));
    },
  );
  response.on("close", () => timer.cancel());
}

/**
 * Sends an answer in one piece, when the last token of a stream would have been due. A cut or stalled one stops after
 * half of the length that its headers announce.
 */
export function sendPlain(exchange: Exchange, answer: Answer, dueMs: readonly Millis[], fault: Break | null): void {
  const { response, wire, clock, dueAt } = exchange;
  const send = (): void => {
    const body = Buffer.from(JSON.stringify(wire.body(answer, stampsOf(exchange))));
    response.writeHead(200, { "content-type": "application/json", "content-length": body.length });
    if (fault === null) return void response.end(body);
    response.write(body.subarray(0, body.length / 2), () => {
      if (fault !== "stall") response.destroy();
    });
  };
  const timer = atEach(clock, [dueAt(dueMs.at(-1) ?? 0)], () => {}, send);
  response.on("close", () => timer.cancel());
}

/** Node holds writes back to the end of the loop turn and joins them; tokens due in one turn are to leave one by one. */
function writeNow(response: ServerResponse, text: string): void {
  response.write(text);
  response.socket?.uncork();
}
