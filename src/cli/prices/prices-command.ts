import { BUILT_IN_PROVIDERS } from "../../config/built-in.ts";
import { nearMiss } from "../../documents/suggest.ts";
import { listedPrice, pricedModels, type ListedPrice, type PricedProvider } from "../../providers/price-list.ts";
import { PRICE_DATA } from "../../providers/prices.ts";
import { line, type Section } from "../../reports/view.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { sayOn } from "../say.ts";
import { jsonText } from "../json-text.ts";
import { viewText } from "../view-text.ts";

const ALL: readonly PricedProvider[] = [...BUILT_IN_PROVIDERS].flatMap(([name, { priceId }]) =>
  priceId === null ? [] : [{ name, priceId }],
);

/** Runs `prices` and returns its exit code. */
export async function prices(
  asked: string | null,
  { json = false }: { json?: boolean },
  context: CliContext,
): Promise<number> {
  const { stdout, env } = context;
  if (asked === null) {
    const providers = await Promise.all(ALL.map(async (one) => ({ ...one, models: await pricedModels(one) })));
    const shown = providers.map(({ name, models }) => ({ provider: name, models }));
    stdout.write(json ? jsonText({ data: PRICE_DATA, providers: shown }) : viewText(providersView(shown), stdout, env));
    if (!json) sayOn(context, false)("hint", "the price of a model: llm-test-bench prices gpt-4o-mini");
    return EXIT.success;
  }
  const [providers, model] = whereToLook(asked);
  const found = (await Promise.all(providers.map((one) => listedPrice(one, model)))).filter((price) => price !== null);
  if (json) stdout.write(jsonText({ data: PRICE_DATA, prices: found }));
  if (found.length > 0) {
    if (!json) stdout.write(viewText(pricesView(found), stdout, env));
    return EXIT.success;
  }
  const say = sayOn(context, json);
  const known = (await Promise.all(providers.map(pricedModels))).flat();
  const meant = nearMiss(model, known);
  say("error", `no price is known for ${asked} in the data of ${PRICE_DATA.date}`);
  say("hint", `${meant === null ? "" : `did you mean ${meant}? `}prices in the configuration give one of your own`);
  return EXIT.casesFailed;
}

/** A model's own colons are its own: what stands before one counts only where it is a provider. */
function whereToLook(asked: string): [readonly PricedProvider[], string] {
  const [, name, model] = /^([^:]+):(.+)$/s.exec(asked) ?? [];
  const named = ALL.filter((one) => one.name === name);
  return named.length > 0 && model !== undefined ? [named, model] : [ALL, asked];
}

const left = (header: string) => ({ header, align: "left" as const });
const right = (header: string) => ({ header, align: "right" as const });
const DATE = `Data: ${PRICE_DATA.package} ${PRICE_DATA.version} of ${PRICE_DATA.date}.`;

function pricesView(found: readonly ListedPrice[]): Section[] {
  const columns = [left("provider"), left("model"), ...["input", "cache read", "cache write", "output"].map(right)];
  const rows = found.map((price) => [
    price.provider,
    price.model,
    ...[
      price.input_per_million,
      price.cache_read_per_million,
      price.cache_write_per_million,
      price.output_per_million,
    ].map((rate) => (rate === null ? "–" : `$${rate}`)),
  ]);
  const notes = [
    ...found.flatMap(({ provider, higher_above_tokens: above }) =>
      above === null ? [] : [`${provider}: higher for prompts of more than ${above} tokens.`],
    ),
    ...found.flatMap(({ provider, source }) => (source === null ? [] : [`${provider}: ${source}`])),
    DATE,
  ];
  const heading = "US dollars per million tokens";
  return [{ heading, blocks: [{ columns, rows }, ...notes.map((text) => line(text, "quiet"))] }];
}

function providersView(providers: readonly { provider: string; models: readonly string[] }[]): Section[] {
  const rows = providers.map(({ provider, models }) => [provider, String(models.length), models[0] ?? "–"]);
  const columns = [left("provider"), right("models"), left("for example")];
  return [{ heading: "Prices are known of", blocks: [{ columns, rows }, line(DATE, "quiet")] }];
}
