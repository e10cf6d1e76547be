import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock } from "../core/clock.ts";
import type { Call } from "../core/provider.ts";
import { openaiProvider } from "./apis.ts";

/** Connections one after the other, and requests on each: opening one must be warm as well. */
const CONNECTIONS = 10;
const EXCHANGES = 4;
const TOKENS = 16;

/**
 * Sends a few streamed requests to a server inside this process and throws the answers away, about 100 ms in all.
 * The first requests of a process are slow by tens of milliseconds (the HTTP parser is loaded and compiled, nothing is
 * optimised yet), and that must not be taken for the latency of whatever is measured.
 */
export async function warmUp(clock: Clock): Promise<void> {
  const chunk = `data: ${JSON.stringify({ id: "w", choices: [{ index: 0, delta: { content: "warm " } }] })}\n\n`;
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (let i = 0; i < TOKENS; i += 1) response.write(chunk);
    response.end("data: [DONE]\n\n");
  });
  // A machine that has no port or descriptor left for it is cold at most; what it lacks shows in the run.
  const listens = new Promise<boolean>((resolve) => {
    server.on("error", () => resolve(false));
    server.listen(0, "127.0.0.1", () => resolve(true));
  });
  if (!(await listens)) return;
  const { port } = server.address() as AddressInfo;
  const options = { name: "warm-up", baseUrl: `http://127.0.0.1:${port}`, apiKey: null, userAgent: "warm-up" };
  const provider = openaiProvider(options, clock);
  const call: Call = {
    request: { model: "warm-up", prompt: "warm-up", stream: true },
    test_id: "warm-up",
    sample: 0,
    attempt: 0,
    signal: new AbortController().signal,
    keepRaw: true,
    observer: { sent() {}, tokens() {} },
  };
  for (let connection = 0; connection < CONNECTIONS; connection += 1) {
    const channel = provider.openChannel();
    for (let i = 0; i < EXCHANGES; i += 1) await channel.send(call);
    await channel.close();
  }
  await new Promise<void>((resolve) => server.close(() => resolve()));
}
