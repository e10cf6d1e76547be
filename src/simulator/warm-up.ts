import { Agent, request } from "node:http";
import type { Clock } from "../core/clock.ts";
import { startSimulator } from "./server.ts";

const EXCHANGES = 40;
const PATHS = ["/v1/chat/completions", "/v1/messages"] as const;

/**
 * Answers a few streamed requests in this process and forgets them, about 100 ms in all. The first requests to a
 * simulator are picked up late, twenty at once by up to 120 ms (nothing is compiled or optimised yet); that would stand
 * in every measurement as latency that its schedule does not have.
 */
export async function warmUpSimulator(clock: Clock): Promise<void> {
  const simulator = await startSimulator({ ttftMs: 0, tpotMs: 0, tokens: 16 }, clock);
  const agent = new Agent({ keepAlive: true });
  for (let i = 0; i < EXCHANGES; i += 1) {
    await Promise.all(PATHS.map((path) => exchange(new URL(path, simulator.url), agent)));
  }
  agent.destroy();
  await simulator.close();
}

function exchange(url: URL, agent: Agent): Promise<void> {
  const body = { model: "warm-up", max_tokens: 16, stream: true, messages: [{ role: "user", content: "warm up" }] };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: "POST", agent }, (response) => {
      response.resume();
      response.on("end", resolve);
    });
    sent.on("error", reject);
    sent.end(JSON.stringify(body));
  });
}
