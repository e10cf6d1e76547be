import type { ResolvedTarget } from "../config/resolve.ts";
import type { Clock } from "../core/clock.ts";
import type { PartLimits } from "../core/part-limits.ts";
import type { PriceOf, Provider } from "../core/provider.ts";
import type { OwnLimits } from "../core/rate-limits.ts";
import type { ModelRequest, RequestParameters } from "../core/request.ts";
import type { TargetRecord } from "../core/run.ts";
import { apiProvider, parametersLeftOut, simulatedProvider, takenBy } from "../providers/apis.ts";
import { aiSdkLeftOut } from "../providers/bridges/ai-sdk.ts";
import type { Takes } from "../providers/wire/wire-format.ts";
import { fixedPrices, publishedPrices } from "../providers/prices.ts";
import { warmUp } from "../providers/warm-up.ts";
import { spawnSimulator, type SpawnedSimulator } from "../simulator/spawn.ts";
import { bridgeProvider } from "./bridge-provider.ts";
import { secretsOf } from "./secrets-of.ts";

/** A target without a way to send to it. */
export interface PricedTarget {
  /** Stands in results as `target`. */
  readonly label: string;
  readonly model: string;
  /** Null for a provider that is not HTTP, or whose address changes with every run. */
  readonly baseUrl: string | null;
  /** The proxy on the way there, without credentials; none unless given. */
  readonly proxy?: string | null;
  readonly parameters: RequestParameters;
  /** What the configuration says of this target; null where nothing. */
  readonly timeoutMs: number | null;
  readonly partLimits: PartLimits;
  readonly retries: number | null;
  readonly maxConcurrency: number | null;
  /** What it is sent per minute at most; no limit unless given. */
  readonly limits?: OwnLimits;
  /** Whether synthetic loads ask it for answers of exactly their limit. */
  readonly ignoreEos: boolean;
  /** Null when the model's price is not known. */
  readonly priceOf: PriceOf | null;
  /** Request parameters that its API or its model does not take; none unless given. */
  readonly leftOut?: (request: ModelRequest) => readonly (keyof RequestParameters)[];
  /** What besides a plain prompt its API can be sent; not checked unless given. */
  readonly takes?: Takes;
  /** What was corrected in its settings, said before the run; nothing unless given. */
  readonly notices?: readonly string[];
  /** Taken out of everything that is written. */
  readonly secrets: readonly string[];
}

/** A target that can be sent to. */
export interface BenchTarget extends PricedTarget {
  readonly provider: Provider;
}

/** Targets, with what was started for them. */
export interface OpenTargets {
  readonly targets: readonly BenchTarget[];
  /** Ends the simulator, if one was started. */
  close(): Promise<void>;
}

const FREE = { input_per_million: 0, output_per_million: 0 };

/**
 * Makes providers of resolved targets; a simulator is started when a target needs one, and only then.
 * Throws `BenchError("simulator")` when it does not come up.
 */
export async function openTargets(
  resolved: readonly ResolvedTarget[],
  { clock, userAgent }: { clock: Clock; userAgent: string },
): Promise<OpenTargets> {
  const ownSimulator = resolved.some(({ type, baseUrl }) => type === "sim" && baseUrl === null);
  const [simulator] = await Promise.all([ownSimulator ? spawnSimulator({}) : null, warmUp(clock)]);
  const targets = await Promise.all(resolved.map((target) => openTarget(target, simulator, { clock, userAgent })));
  return { targets, close: async () => simulator?.close() };
}

async function openTarget(
  target: ResolvedTarget,
  simulator: SpawnedSimulator | null,
  { clock, userAgent }: { clock: Clock; userAgent: string },
): Promise<BenchTarget> {
  const priced = await priceTarget(target);
  if (target.bridge !== null) return { ...priced, provider: await bridgeProvider(target.bridge, target, clock) };
  const address = target.baseUrl ?? `${simulator?.url ?? ""}/v1`;
  return { ...priced, provider: providerAt(target, address, userAgent, clock) };
}

/** The target with its prices, for what needs no provider. */
export async function priceTarget(target: ResolvedTarget): Promise<PricedTarget> {
  const { label, model, baseUrl, parameters, timeoutMs, partLimits, retries, maxConcurrency, limits, ignoreEos } =
    target;
  const leftOut = leftOutBy(target);
  const takes = takesOf(target);
  return {
    label,
    model,
    baseUrl,
    proxy: target.network.proxy?.url ?? null,
    parameters,
    timeoutMs,
    partLimits,
    retries,
    maxConcurrency,
    limits,
    ignoreEos,
    priceOf: await pricesOf(target),
    ...(leftOut === undefined ? {} : { leftOut }),
    ...(takes === undefined ? {} : { takes }),
    notices: target.notices,
    secrets: secretsOf([target]),
  };
}

/** A command and a module are given everything; what they do with it is theirs. */
function leftOutBy({ type, bridge, quirks }: ResolvedTarget): PricedTarget["leftOut"] {
  if (bridge?.bridge === "ai-sdk") return aiSdkLeftOut;
  return type === "sim" || type === "bridge" ? undefined : parametersLeftOut(type, quirks);
}

/** A command gets one text, and the SDK one prompt; a module is given everything. */
function takesOf({ type, bridge }: ResolvedTarget): Takes | undefined {
  if (bridge !== null) return bridge.bridge === "module" ? undefined : { turns: false, images: "none" };
  return type === "sim" || type === "bridge" ? undefined : takenBy(type);
}

function providerAt(target: ResolvedTarget, baseUrl: string, userAgent: string, clock: Clock): Provider {
  const { type, provider: name, apiKey, headers, network, quirks } = target;
  if (type === "bridge") throw new Error(`${name} is reached through a bridge`);
  if (type === "sim") return simulatedProvider({ baseUrl, network, userAgent }, clock);
  return apiProvider(type, { name, baseUrl, apiKey, headers, network, quirks, userAgent }, clock);
}

async function pricesOf({ type, model, bridge, baseUrl, prices, priceId }: ResolvedTarget): Promise<PriceOf | null> {
  if (prices !== null) return fixedPrices(prices);
  if (type === "sim") return fixedPrices(FREE);
  if (bridge !== null && priceId === null) return null;
  return publishedPrices({ model: bridge?.model ?? model, providerId: priceId, baseUrl });
}

/** The target as `run.json` records it. */
export function targetRecord(target: BenchTarget): TargetRecord {
  return {
    target: target.label,
    provider: target.provider.name,
    model: target.model,
    base_url: target.baseUrl,
    simulated: target.provider.simulated,
    ...(target.provider.bridge === undefined ? {} : { bridge: target.provider.bridge }),
    parameters: target.parameters,
  };
}
