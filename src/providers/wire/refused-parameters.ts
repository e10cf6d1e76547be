import type { ModelRequest, RequestParameters } from "../../core/request.ts";

/** Parameters without which an answer is still the answer that was asked for, and what servers call each of them. */
const SPARE = {
  temperature: /\btemperature\b/i,
  // Cohere calls it p.
  top_p: /\btop_?p\b|["'`]p["'`]/i,
  stop: /\bstop(_?sequences?)?\b/i,
  seed: /\b(random_)?seed\b/i,
  // A level that is named is one that another could take the place of.
  reasoning_effort:
    /\breasoning[._]?effort\b|\boutput_config\.effort\b|\beffort parameter\b|\bthinking[_ ]?level\b(?! [A-Z]{3})|\bsupport thinking\b/i,
} as const satisfies Partial<Record<keyof RequestParameters, RegExp>>;

type Spare = keyof typeof SPARE;
const SPARE_NAMES = Object.keys(SPARE) as Spare[];

/** How servers word that they do not take something at all. */
const REFUSED =
  /not (be )?(support|permit|allow|enabl|accept|recogni[sz])|(un|not )supported|unsupported|deprecated|unrecogni[sz]ed|unknown (name|field|parameter|argument|key|property|member)|unexpected (field|parameter|argument|keyword|property|key)|extra_forbidden|extra (inputs|fields)|additional propert|cannot both|only the default|only be set to 1|or unset\b|must be (unset|omitted)|invalid (field|parameter|argument):/i;

/** What it is about then is a value, which only the user can correct. */
const OTHER_VALUE = /supported values (are|:)|must be one of|use one of|expected one of|between \d/i;

/**
 * Of the parameters that a request asked for, those that a refusal says its model or server does not take, and that it
 * can be sent again without. Servers say so in words only.
 */
export function refusedIn(message: string, request: ModelRequest): Spare[] {
  if (!REFUSED.test(message) || OTHER_VALUE.test(message)) return [];
  const named = SPARE_NAMES.filter((name) => request[name] !== undefined && SPARE[name].test(message));
  // Anthropic takes one of the two: temperature is the one that is usually meant.
  return /both|only one/i.test(message) && named.includes("temperature")
    ? named.filter((name) => name === "top_p")
    : named;
}
