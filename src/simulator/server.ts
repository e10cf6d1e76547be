import { createServer, type Server } from "node:http";
import type { Clock } from "../core/clock.ts";
import { BenchError, messageOf, systemCodeOf } from "../core/errors.ts";
import { answering } from "./handler.ts";
import { resolveOptions, type ResolvedOptions, type SimulatorOptions } from "./options.ts";
import { startCounter, type SimulatorStats } from "./statistics.ts";

/** A running simulator. */
export interface Simulator {
  /** Without a path: `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly port: number;
  readonly stats: SimulatorStats;
  /** Closes every connection, answered or not. */
  close(): Promise<void>;
}

/**
 * Starts a local LLM endpoint with a known schedule and known faults, in this process.
 * Throws `BenchError("usage")` for options out of range and `BenchError("simulator")` when it cannot listen.
 */
export async function startSimulator(options: SimulatorOptions, clock: Clock): Promise<Simulator> {
  const resolved = resolveOptions(options);
  const counter = startCounter(resolved.countKeys);
  const server = createServer({ noDelay: true, keepAlive: true }, answering(resolved, clock, counter));
  server.keepAliveTimeout = 65_000;
  // Of a client that sends slower than this, nothing is kept.
  server.headersTimeout = 60_000;
  server.requestTimeout = 300_000;
  const port = await listen(server, resolved);
  return {
    url: `http://${resolved.host.includes(":") ? `[${resolved.host}]` : resolved.host}:${port}`,
    port,
    get stats() {
      return counter.snapshot();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, { host, port }: ResolvedOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause) => {
      const taken = systemCodeOf(cause) === "EADDRINUSE";
      const message = `the simulator cannot listen on ${host}:${port}: ${taken ? "the port is in use" : messageOf(cause)}`;
      reject(new BenchError("simulator", message, { hint: "Choose another port, or 0 for a free one.", cause }));
    });
    // Several thousand clients may connect at once; Node's own backlog is 511.
    server.listen({ host, port, backlog: 8192 }, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}
