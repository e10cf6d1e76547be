import { systemClock } from "../../src/core/clock.ts";
import type { Failure } from "../../src/core/failure.ts";
import type { Network } from "../../src/core/network.ts";
import type { Attempt, Call, Channel } from "../../src/core/provider.ts";
import { openaiProvider } from "../../src/providers/apis.ts";
import { exampleCall } from "./call.ts";
import { closedAfterTest } from "./servers.ts";

/** A channel to an OpenAI-compatible server, closed after the test. */
export function openaiChannel(url: string, network?: Network): Channel {
  const options = { name: "openai", baseUrl: `${url}/v1`, apiKey: "key-1234", userAgent: "test/1" };
  const provider = openaiProvider(network === undefined ? options : { ...options, network }, systemClock);
  return closedAfterTest(provider.openChannel());
}

/** A call that wants no stream. */
export const plainCall = (more: Partial<Call> = {}): Call =>
  exampleCall({ request: { model: "m", prompt: "Hi", stream: false }, ...more });

/** Why an attempt failed. */
export function failureOf({ outcome }: Attempt): Failure {
  if (outcome.ok) throw new Error("the attempt succeeded");
  return outcome.failure;
}

/** What an attempt brought. */
export function contentOf({ outcome }: Attempt): string | null {
  if (!outcome.ok) throw new Error(outcome.failure.message);
  return outcome.response.content;
}

/** A plain answer's body that says "Hello". */
export const COMPLETION = JSON.stringify({
  id: "c",
  choices: [{ message: { content: "Hello" }, finish_reason: "stop" }],
});
