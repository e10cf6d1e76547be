import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import net, { type AddressInfo } from "node:net";
import { closedAfterTest } from "./servers.ts";
import { identity } from "./tls-files.ts";

/** What a proxy was asked. */
export interface ProxyRequest {
  readonly method: string;
  /** `host:port` of a CONNECT, else the whole URL. */
  readonly target: string;
  readonly authorization: string | null;
  readonly headers: http.IncomingHttpHeaders;
  /** On the monotonic clock of this process. */
  readonly at: number;
}

export interface ProxyServer {
  readonly url: string;
  readonly requests: ProxyRequest[];
}

export interface ProxyOptions {
  /** Where every request goes, whatever host it names: the proxy is the one that knows names. */
  readonly port: number;
  /** Whether it is spoken to over TLS. */
  readonly secure?: boolean;
  /** The `proxy-authorization` that it wants. */
  readonly wants?: string;
  /** Answers CONNECT itself. */
  readonly refuses?: (socket: net.Socket) => void;
}

/** A proxy that tunnels and forwards, closed after the test. */
export async function proxyServer(options: ProxyOptions): Promise<ProxyServer> {
  const requests: ProxyRequest[] = [];
  const sockets = new Set<net.Socket>();
  const server = options.secure === true ? https.createServer(identity("server")) : http.createServer();
  const admitted = (request: IncomingMessage): boolean => {
    const authorization = request.headers["proxy-authorization"] ?? null;
    const { method = "", url: target = "", headers } = request;
    requests.push({ method, target, authorization, headers, at: performance.now() });
    return options.wants === undefined || authorization === options.wants;
  };
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
  });
  server.on("tlsClientError", () => {});
  server.on("connect", (request, socket: net.Socket, head) => {
    socket.on("error", () => {});
    if (!admitted(request)) {
      return void socket.end(
        'HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic realm="x"\r\n\r\n',
      );
    }
    if (options.refuses !== undefined) return options.refuses(socket);
    const onward = net.connect(options.port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    sockets.add(onward);
    onward.on("error", () => socket.destroy());
  });
  server.on("request", (request, response) => {
    if (!admitted(request)) return void response.writeHead(407).end("who are you?");
    const { pathname, search } = new URL(request.url ?? "");
    const headers = { ...request.headers };
    delete headers["proxy-authorization"];
    const onward = http.request(
      { port: options.port, host: "127.0.0.1", method: request.method, path: pathname + search, headers, agent: false },
      (answer) => {
        response.writeHead(answer.statusCode ?? 0, answer.headers);
        answer.pipe(response);
      },
    );
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closedAfterTest({
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  });
  const { port } = server.address() as AddressInfo;
  return { url: `${options.secure === true ? "https" : "http"}://127.0.0.1:${port}`, requests };
}
