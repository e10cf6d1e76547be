import type { ApiType } from "../core/api-type.ts";
import type { Clock } from "../core/clock.ts";
import { DIRECT, type Network } from "../core/network.ts";
import type { Provider } from "../core/provider.ts";
import { OPENAI_QUIRKS, refusedParameters, type Quirks } from "../core/quirks.ts";
import type { ModelRequest, RequestParameters } from "../core/request.ts";
import { httpProvider } from "./http/http-provider.ts";
import type { Connection } from "./http/connection.ts";
import { routeTo } from "./http/open-socket.ts";
import { undiciConnection } from "./http/undici-connection.ts";
import { anthropicMessages } from "./wire/anthropic-messages.ts";
import { azureChat } from "./wire/azure-chat.ts";
import { cohereChat } from "./wire/cohere-chat.ts";
import { googleGemini } from "./wire/google-gemini.ts";
import { ollamaChat } from "./wire/ollama-chat.ts";
import { openaiChat } from "./wire/openai-chat.ts";
import { openaiCompletions } from "./wire/openai-completions.ts";
import { openaiEmbeddings } from "./wire/openai-embeddings.ts";
import { openaiResponses } from "./wire/openai-responses.ts";
import { unknownParameters, withoutWhatModelsRefuse } from "./wire/parameters.ts";
import type { Takes, WireFormat } from "./wire/wire-format.ts";

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
  /** Where it departs from its API; OpenAI's own where that is called, and none elsewhere, unless given. */
  readonly quirks?: Quirks;
  readonly userAgent: string;
}

/** Opens connections to an API; certificates are read here, once. */
function connector({ baseUrl, network = DIRECT }: Pick<ApiOptions, "baseUrl" | "network">, clock: Clock) {
  const route = routeTo(new URL(baseUrl), network);
  return (): Connection => undiciConnection(route, clock);
}

/** The wire format of an API; some of it depends on whose server it is. */
export function wireOf(type: ApiType, baseUrl: string, quirks: Quirks = quirksByAddress(baseUrl)): WireFormat {
  return withoutWhatModelsRefuse(apiOf(type, baseUrl, quirks), ({ model }) => refusedParameters(quirks, model));
}

function apiOf(type: ApiType, baseUrl: string, quirks: Quirks): WireFormat {
  switch (type) {
    case "openai":
      return quirks.azureApiVersion === undefined
        ? openaiChat(quirks)
        : azureChat(openaiChat(quirks), new URL(baseUrl).pathname, quirks.azureApiVersion);
    case "openai-responses":
      return openaiResponses;
    case "openai-completions":
      return openaiCompletions;
    case "openai-embeddings":
      return openaiEmbeddings;
    case "anthropic":
      return anthropicMessages;
    case "google":
      return googleGemini;
    case "ollama":
      return ollamaChat;
    case "cohere":
      return cohereChat;
  }
}

/** What an API takes besides a plain prompt. */
export function takenBy(type: ApiType): Takes {
  return wireOf(type, "http://any").takes;
}

const quirksByAddress = (baseUrl: string): Quirks =>
  new URL(baseUrl).hostname === "api.openai.com" ? OPENAI_QUIRKS : {};

/** What of a request an API does not know, or its model refuses. */
export function parametersLeftOut(
  type: ApiType,
  quirks: Quirks = {},
): (request: ModelRequest) => (keyof RequestParameters)[] {
  const wire = wireOf(type, "http://any", quirks);
  const unknown = unknownParameters(wire.parameters);
  return (request) => [...unknown, ...(wire.refuses?.(request) ?? [])].filter((name) => request[name] !== undefined);
}

/** An API at OpenAI, Anthropic and so on, or at any server that speaks it. */
export function apiProvider(type: ApiType, options: ApiOptions, clock: Clock): Provider {
  const wire = wireOf(type, options.baseUrl, options.quirks);
  return httpProvider({ ...options, wire, openConnection: connector(options, clock) }, clock);
}

/** OpenAI chat completions at OpenAI, or at any server that speaks them. */
export function openaiProvider(options: ApiOptions, clock: Clock): Provider {
  return apiProvider("openai", options, clock);
}

/** Anthropic messages. */
export function anthropicProvider(options: ApiOptions, clock: Clock): Provider {
  return apiProvider("anthropic", options, clock);
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
      wire: openaiChat(),
      callHeaders: ({ test_id, sample, attempt }) => ({
        "x-sim-case": encodeURIComponent(`${test_id}#${sample}`),
        "x-sim-attempt": String(attempt),
      }),
      openConnection: connector(options, clock),
    },
    clock,
  );
}

/** The URL that requests go to, as `httpProvider` puts it together; some APIs have the model in it. */
export function endpointOf(type: ApiType | "sim", baseUrl: string, model: string, quirks?: Quirks): string {
  const wire = wireOf(type === "sim" ? "openai" : type, baseUrl, quirks);
  return `${baseUrl.replace(/\/+$/, "")}${wire.path({ model, prompt: "", stream: false })}`;
}
