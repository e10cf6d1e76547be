import { readFileSync } from "node:fs";
import { join } from "node:path";
import net, { type AddressInfo } from "node:net";
import tls from "node:tls";
import { ROOT } from "./cli.ts";
import { closedAfterTest } from "./servers.ts";

const FOLDER = join(ROOT, "test/fixtures/tls");

/** The path of a certificate in test/fixtures/tls. */
export const certificateFile = (name: string): string => join(FOLDER, `${name}.pem`);

/** Certificate and key of a server in test/fixtures/tls. */
export function identity(name: string): { cert: string; key: string } {
  return {
    cert: readFileSync(certificateFile(name), "utf8"),
    key: readFileSync(join(FOLDER, `${name}.key`), "utf8"),
  };
}

/** A TLS server that answers everything with the same bytes, closed after the test; gives its port. */
export async function tlsServer(name: string, answer: string): Promise<number> {
  const sockets = new Set<tls.TLSSocket>();
  const server = tls.createServer(identity(name), (socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("data", () => socket.write(answer));
  });
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closedAfterTest({
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  });
  return (server.address() as AddressInfo).port;
}

/** The port of a server that answers whatever comes in plain HTTP, closed after the test. */
export async function plainServer(): Promise<number> {
  const server = net.createServer((socket) =>
    socket
      .on("error", () => {})
      .resume()
      .end("HTTP/1.1 400 Bad Request\r\n\r\n"),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closedAfterTest({ close: () => new Promise((resolve) => server.close(() => resolve())) });
  return (server.address() as AddressInfo).port;
}
