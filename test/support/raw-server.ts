import net from "node:net";

/** A request as it came over the wire. */
export interface RawRequest {
  readonly head: string;
  readonly body: string;
  /** Counted from 0 over the whole server, and over its connection. */
  readonly number: number;
  readonly onConnection: number;
}

/** A TCP server that answers each HTTP request with whatever bytes the test wants. */
export interface RawServer {
  readonly url: string;
  readonly requests: RawRequest[];
  /** Connections accepted so far. */
  readonly connections: number;
  close(): Promise<void>;
}

export async function rawServer(answer: (socket: net.Socket, request: RawRequest) => void): Promise<RawServer> {
  const requests: RawRequest[] = [];
  const sockets = new Set<net.Socket>();
  let connections = 0;
  const server = net.createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    let text = "";
    let onConnection = 0;
    socket.on("data", (chunk) => {
      text += chunk.toString("utf8");
      for (;;) {
        const end = text.indexOf("\r\n\r\n");
        if (end < 0) return;
        const head = text.slice(0, end);
        const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
        if (Buffer.byteLength(text.slice(end + 4)) < length) return;
        const request = { head, body: text.slice(end + 4), number: requests.length, onConnection: onConnection++ };
        text = "";
        requests.push(request);
        answer(socket, request);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address() as net.AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    get connections() {
      return connections;
    },
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** A whole response with its length. */
export function plainResponse(status: number, body: string, headers: Record<string, string> = {}): string {
  const all = { "content-type": "application/json", "content-length": String(Buffer.byteLength(body)), ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} x\r\n${lines.join("")}\r\n${body}`;
}

/** The head of an event stream in chunked encoding, one chunk of it, and its end. */
export const STREAM_HEAD =
  "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nx-request-id: req-1\r\ntransfer-encoding: chunked\r\n\r\n";
export const streamChunk = (data: string | Buffer): Buffer => {
  const bytes = Buffer.from(data);
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]);
};
export const STREAM_END = "0\r\n\r\n";
