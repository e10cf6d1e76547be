import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { OpenableBridge } from "../config/resolve.ts";
import type { Clock } from "../core/clock.ts";
import { BenchError, messageOf } from "../core/errors.ts";
import type { Provider } from "../core/provider.ts";
import { aiSdkGenerate, isAiSdkModel, type AiSdkModel } from "../providers/bridges/ai-sdk.ts";
import { execGenerate } from "../providers/bridges/exec.ts";
import { checkedProvider } from "../providers/checked-provider.ts";
import { customProvider, type Generated, type GenerateContext } from "../providers/custom.ts";
import type { ModelRequest } from "../core/request.ts";

/** What may stand for a model in a module. */
type Generate = (request: ModelRequest, context: GenerateContext) => Promise<Generated>;
type ModelFactory = { languageModel(id: string): unknown };

/**
 * Makes a provider of a command, a module or a package. Throws `BenchError("config")` for a module or package that cannot
 * be loaded, or that holds nothing to ask.
 */
export async function bridgeProvider(
  target: OpenableBridge,
  { provider: name, apiKey }: { readonly provider: string; readonly apiKey: string | null },
  clock: Clock,
): Promise<Provider> {
  const { bridge, what, model, cwd, env } = target;
  if (bridge === "exec") return customProvider(name, execGenerate({ command: what, cwd, env }), clock, bridge);
  if (bridge === "ai-sdk") {
    const exported = await packageIn(what, cwd);
    const found = modelIn(factoryIn(exported, { apiKey, baseURL: env["AI_SDK_BASE_URL"] }), model);
    if (found === null) throw nothingIn(what, "provider of the AI SDK that needs no options");
    return customProvider(name, aiSdkGenerate(found), clock, bridge);
  }
  const exported = await moduleAt(resolve(cwd, what));
  for (const value of [exported["provider"], exported["generate"], exported["model"], exported["default"]]) {
    if (isProvider(value)) {
      const own: Provider = {
        name,
        get simulated() {
          // A module in JavaScript may leave it out.
          return (value as Partial<Provider>).simulated === true;
        },
        bridge,
        openChannel: () => value.openChannel(),
      };
      return checkedProvider(own, clock);
    }
    const found = modelIn(value, model);
    if (found !== null) return customProvider(name, aiSdkGenerate(found), clock, bridge);
    if (typeof value === "function") {
      const generate = value as Generate;
      return customProvider(name, (request, context) => generate({ ...request, model }, context), clock, bridge);
    }
  }
  throw nothingIn(what, "provider, generate function or model of the AI SDK");
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  (typeof value === "object" || typeof value === "function") && value !== null;

/** A module in JavaScript may say no more than how a channel is opened. */
type ModuleProvider = Pick<Provider, "openChannel"> & Partial<Provider>;

const isProvider = (value: unknown): value is ModuleProvider =>
  isObject(value) && typeof value["openChannel"] === "function";

const isFactory = (value: unknown): value is ModelFactory =>
  isObject(value) && typeof value["languageModel"] === "function";

function modelIn(value: unknown, model: string): AiSdkModel | null {
  if (isAiSdkModel(value)) return value;
  const made = isFactory(value) ? value.languageModel(model) : null;
  return isAiSdkModel(made) ? made : null;
}

/**
 * Packages of the AI SDK export a ready provider (`openai`, `bedrock`), and a function that makes one (`createOpenAI`).
 * The latter is used where an address is given, or where there is nothing else.
 */
function factoryIn(
  exported: Readonly<Record<string, unknown>>,
  given: { readonly apiKey: string | null; readonly baseURL: string | undefined },
): unknown {
  const ready = Object.values(exported).find(isFactory);
  if (given.baseURL === undefined) return ready ?? null;
  const make = Object.entries(exported).find(
    ([name, value]) => /^create[A-Z]/.test(name) && typeof value === "function",
  );
  if (make === undefined) return ready ?? null;
  const { baseURL, apiKey } = given;
  const create = make[1] as (options: object) => unknown;
  // The last two are options of `@ai-sdk/openai-compatible`, which leaves usage and schemas out unless it is told.
  const wanted = { includeUsage: true, supportsStructuredOutputs: true };
  return create({ name: "ai-sdk", baseURL, ...(apiKey === null ? {} : { apiKey }), ...wanted });
}

function nothingIn(what: string, wanted: string): BenchError {
  return new BenchError("config", `${what} exports no ${wanted}`, {
    hint: "docs/providers.md says what a module may export. AI_SDK_BASE_URL makes a provider that needs an address.",
  });
}

/** One line, without the list of files that Node puts below what it could not find. */
const reasonOf = (cause: unknown): string =>
  messageOf(cause)
    .replace(/\nRequire stack:[^]*/, "")
    .replaceAll(/\s+/g, " ");

async function packageIn(name: string, cwd: string): Promise<Record<string, unknown>> {
  try {
    const file = createRequire(join(cwd, "llm-test-bench.js")).resolve(name);
    return (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (cause) {
    throw new BenchError("config", `the package ${name} cannot be loaded from ${cwd}: ${reasonOf(cause)}`, {
      hint: `Install it there: npm install ${name}`,
      cause,
    });
  }
}

async function moduleAt(file: string): Promise<Record<string, unknown>> {
  try {
    const { createJiti } = await import("jiti");
    return await createJiti(import.meta.url, { fsCache: false, interopDefault: false }).import<Record<string, unknown>>(
      file,
    );
  } catch (cause) {
    throw new BenchError("config", `${file} cannot be loaded: ${reasonOf(cause)}`, {
      hint: "It is run as a module: check its path, its syntax and its imports.",
      cause,
    });
  }
}
