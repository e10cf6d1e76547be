import type { Clock } from "../core/clock.ts";
import { DIRECT, type Network } from "../core/network.ts";
import type { Provider } from "../core/provider.ts";
import { httpProvider } from "./http/http-provider.ts";
import type { Connection } from "./http/connection.ts";
import { routeTo } from "./http/open-socket.ts";
import { undiciConnection } from "./http/undici-connection.ts";
import { anthropicMessages } from "./wire/anthropic-messages.ts";
import { openaiChat } from "./wire/openai-chat.ts";

/** Where an API is and how to be let in. */
export interface ApiOptions {
  /** Stands in results as `provider`. */
  readonly name: string;
  /** What the wire's path is appended to, version included: `https://api.openai.com/v1`. */
  readonly baseUrl: string;
  /** Null sends none. */
  readonly apiKey: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** What lies on the way there; a direct connection unless given. */
  readonly network?: Network;
  readonly userAgent: string;
}

/** Opens connections to an API; certificates are read here, once. */
function connector({ baseUrl, network = DIRECT }: Pick<ApiOptions, "baseUrl" | "network">, clock: Clock) {
  const route = routeTo(new URL(baseUrl), network);
  return (): Connection => undiciConnection(route, clock);
}

/** OpenAI chat completions at OpenAI, or at any server that speaks them. */
export function openaiProvider(options: ApiOptions, clock: Clock): Provider {
  const maxTokensField =
    new URL(options.baseUrl).hostname === "api.openai.com" ? "max_completion_tokens" : "max_tokens";
  const wire = openaiChat({ maxTokensField });
  return httpProvider({ ...options, wire, openConnection: connector(options, clock) }, clock);
}

/** Anthropic messages. */
export function anthropicProvider(options: ApiOptions, clock: Clock): Provider {
  return httpProvider({ ...options, wire: anthropicMessages, openConnection: connector(options, clock) }, clock);
}

/**
 * The simulator at `baseUrl`, over the OpenAI wire. Every request says which case and attempt it is, so that what a
 * case meets depends on nothing else.
 */
export function simulatedProvider(
  options: Pick<ApiOptions, "baseUrl" | "userAgent" | "network">,
  clock: Clock,
): Provider {
  return httpProvider(
    {
      ...options,
      name: "sim",
      apiKey: null,
      simulated: true,
      wire: openaiChat({ maxTokensField: "max_tokens" }),
      callHeaders: ({ test_id, sample, attempt }) => ({
        "x-sim-case": encodeURIComponent(`${test_id}#${sample}`),
        "x-sim-attempt": String(attempt),
      }),
      openConnection: connector(options, clock),
    },
    clock,
  );
}

/** The whole URL that requests for chat completions or messages go to. */
export function endpointOf(type: "openai" | "anthropic" | "sim", baseUrl: string): string {
  const { path } = type === "anthropic" ? anthropicMessages : openaiChat({ maxTokensField: "max_tokens" });
  return `${baseUrl.replace(/\/+$/, "")}${path}`;
}
