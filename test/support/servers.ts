import { systemClock } from "../../src/core/clock.ts";
import type { SimulatorOptions } from "../../src/simulator/options.ts";
import { startSimulator, type Simulator } from "../../src/simulator/server.ts";
import { afterTest } from "./clean-up.ts";
import { modelServer, type ModelCall, type ModelReply, type ModelServer } from "./model-server.ts";

/** Closes a server after the test. */
export function closedAfterTest<Server extends { close(): Promise<void> }>(server: Server): Server {
  afterTest(() => server.close());
  return server;
}

/** A simulator in this process, closed after the test. */
export async function simulator(options: SimulatorOptions): Promise<Simulator> {
  return closedAfterTest(await startSimulator(options, systemClock));
}

/** A scripted server on both wires, closed after the test. */
export async function answering(reply: (call: ModelCall) => ModelReply): Promise<ModelServer> {
  return closedAfterTest(await modelServer(reply));
}

/** The environment that sends the built-in providers to these addresses. */
export const addresses = (openai: string, anthropic = openai): Record<string, string> => ({
  OPENAI_BASE_URL: openai,
  ANTHROPIC_BASE_URL: anthropic,
  OPENAI_API_KEY: "test-key-of-openai",
  ANTHROPIC_API_KEY: "test-key-of-anthropic",
});
