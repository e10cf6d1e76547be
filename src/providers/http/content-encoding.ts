import type { Transform } from "node:stream";
import { constants, createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import type { Millis } from "../../core/clock.ts";
import { messageOf } from "../../core/errors.ts";
import type { ExchangeListener } from "./connection.ts";

/** The code of the error with which an exchange ends whose body cannot be decoded. */
export const UNDECODABLE = "ERR_CONTENT_ENCODING";

// What has come is to come out at once, and a body that is cut is to end, not to be an error of its own.
const ZLIB = { flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH };
const BROTLI = { flush: constants.BROTLI_OPERATION_FLUSH, finishFlush: constants.BROTLI_OPERATION_FLUSH };

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: () => createGunzip(ZLIB),
  "x-gzip": () => createGunzip(ZLIB),
  deflate: () => createInflate(ZLIB),
  br: () => createBrotliDecompress(BROTLI),
};

/** A listener that may still be decoding when the exchange itself is over. */
export interface DecodingListener extends ExchangeListener {
  /** Ends the decoding at once: nobody wants what is still to come, which may be a thousand times what came. */
  cancel(error: Error): void;
}

/**
 * Decodes a compressed body on its way to `listener`. We never ask for one, but some servers and proxies compress all
 * the same. A piece keeps the instant and number of the read that it came with, though decoding takes another turn.
 * `abort` ends the exchange when it cannot be decoded.
 */
export function decodingContent(listener: ExchangeListener, abort: (error: Error) => void): DecodingListener {
  let body: DecodedBody | null = null;
  return {
    connecting: (at) => listener.connecting(at),
    connected: (at) => listener.connected(at),
    sent: (at, fresh) => listener.sent(at, fresh),
    headers(at, status, headers) {
      listener.headers(at, status, headers);
      const stated = headers["content-encoding"];
      const encoding = (Array.isArray(stated) ? stated.join(",") : (stated ?? "")).trim().toLowerCase();
      if (encoding === "" || encoding === "identity") return;
      const decoder = DECODERS[encoding];
      if (decoder === undefined)
        return abort(undecodable(`the body is encoded as ${encoding}, which nobody asked for`));
      body = new DecodedBody(decoder(), encoding, listener, abort);
    },
    data(at, read, chunk) {
      if (body === null) listener.data(at, read, chunk);
      else body.add({ at, read, chunk });
    },
    ended(at) {
      if (body === null) listener.ended(at);
      else body.end(at);
    },
    failed(at, error) {
      if (body === null) listener.failed(at, error);
      else body.fail(at, error);
    },
    cancel: (error) => body?.cancel(error),
  };
}

const undecodable = (message: string): Error => Object.assign(new Error(message), { code: UNDECODABLE });

interface Piece {
  readonly at: Millis;
  readonly read: number;
  readonly chunk: Buffer;
}

/** How an exchange went to its end; null where it ended well. */
interface Ending {
  readonly at: Millis;
  readonly error: unknown;
}

/** A body on its way through a decoder: one piece at a time, so that what comes out can be told to belong to it. */
class DecodedBody {
  readonly #decoder: Transform;
  readonly #listener: ExchangeListener;
  readonly #waiting: Piece[] = [];
  #current: Piece | null = null;
  #busy = false;
  #broken: Error | null = null;
  #ending: Ending | null = null;
  #told = false;

  constructor(decoder: Transform, encoding: string, listener: ExchangeListener, abort: (error: Error) => void) {
    this.#decoder = decoder;
    this.#listener = listener;
    decoder.on("data", (chunk: Buffer) => {
      if (this.#current === null || this.#broken !== null) return;
      try {
        listener.data(this.#current.at, this.#current.read, chunk);
      } catch (error) {
        // There is no caller here to whom it could be thrown.
        this.#broken = error instanceof Error ? error : new Error(String(error));
        abort(this.#broken);
      }
    });
    decoder.once("end", () => this.#over());
    decoder.once("error", (error) => {
      this.#broken = undecodable(`the body is no ${encoding}, though its header says so: ${messageOf(error)}`);
      if (this.#ending === null) abort(this.#broken);
      else this.#over();
    });
  }

  add(piece: Piece): void {
    this.#waiting.push(piece);
    this.#next();
  }

  end(at: Millis): void {
    this.#finish({ at, error: null });
  }

  fail(at: Millis, error: unknown): void {
    this.#finish({ at, error });
  }

  cancel(error: Error): void {
    this.#broken ??= error;
    this.#over();
  }

  #finish(ending: Ending): void {
    this.#ending = ending;
    if (this.#broken === null) this.#next();
    else this.#over();
  }

  #next(): void {
    if (this.#busy || this.#broken !== null) return;
    const piece = this.#waiting.shift();
    if (piece !== undefined) {
      this.#current = piece;
      this.#busy = true;
      this.#decoder.write(piece.chunk, () => {
        this.#busy = false;
        this.#next();
      });
    } else if (this.#ending !== null) {
      this.#busy = true;
      this.#decoder.end();
    }
  }

  /** Everything has come out, or nothing more will. */
  #over(): void {
    if (this.#ending === null || this.#told) return;
    this.#told = true;
    this.#decoder.destroy();
    const { at, error } = this.#ending;
    const reason = error ?? this.#broken;
    if (reason !== null) return this.#listener.failed(at, reason);
    try {
      this.#listener.ended(at);
    } catch (thrown) {
      this.#listener.failed(at, thrown);
    }
  }
}
