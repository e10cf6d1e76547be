import type { Attempt, Call } from "../../core/provider.ts";
import type { ModelRequest, RequestParameters } from "../../core/request.ts";
import { withoutRefused } from "../wire/parameters.ts";
import { refusedIn } from "../wire/refused-parameters.ts";
import type { WireFormat } from "../wire/wire-format.ts";

/** Servers that validate strictly answer with one of these to a member that they do not know. */
const REFUSALS: ReadonlySet<number | null> = new Set([400, 422]);

/** A request as it was sent. */
export interface Sent {
  readonly call: Call;
  readonly body: string;
}

/** What a provider has learned about requests that its server does not take as they are. */
export interface Rewording {
  /** The call without the parameters that its model was found to refuse. */
  call(call: Call): Call;
  /** The body as this server takes it. */
  body(body: Record<string, unknown>, model: string): Record<string, unknown>;
  /** The attempt, marked when its refusal was about something that no later request then has. */
  judged(attempt: Attempt, sent: Sent): Attempt;
}

/** What is known of one model at a server. */
interface Model {
  readonly refused: Set<keyof RequestParameters>;
  /** The member of the body that goes by its other name. */
  renamed: string | null;
}

/** Leaves out or renames what a server was found not to take; one for all channels of a provider. */
export function rewordingFor(wire: WireFormat): Rewording {
  return new LearnedRewording(wire);
}

class LearnedRewording implements Rewording {
  readonly #wire: WireFormat;
  readonly #models = new Map<string, Model>();
  #dispensed = false;

  constructor(wire: WireFormat) {
    this.#wire = wire;
  }

  call(call: Call): Call {
    const refused = this.#models.get(call.request.model)?.refused;
    if (refused === undefined || refused.size === 0) return call;
    return { ...call, request: withoutRefused(call.request, [...refused]) };
  }

  body(body: Record<string, unknown>, model: string): Record<string, unknown> {
    if (this.#dispensed && this.#wire.dispensable !== undefined) delete body[this.#wire.dispensable.field];
    const renamed = this.#models.get(model)?.renamed ?? null;
    const other = renamed === null ? null : this.#otherName(renamed);
    if (renamed === null || other === null || !(renamed in body)) return body;
    const { [renamed]: value, ...rest } = body;
    return { ...rest, [other]: value };
  }

  judged(attempt: Attempt, sent: Sent): Attempt {
    const { outcome } = attempt;
    if (outcome.ok || !REFUSALS.has(outcome.failure.http_status)) return attempt;
    const { message } = outcome.failure;
    if (!this.#dispense(message, sent) && !this.#rename(message, sent) && !this.#leaveOut(message, sent))
      return attempt;
    return { ...attempt, outcome: { ...outcome, failure: { ...outcome.failure, reworded: true } } };
  }

  #dispense(message: string, { body }: Sent): boolean {
    const { dispensable } = this.#wire;
    if (dispensable === undefined || !dispensable.named.test(message) || !has(body, dispensable.field)) return false;
    this.#dispensed = true;
    return true;
  }

  /** A limit by its other name is the same limit; without it the answer could be of any length, and any cost. */
  #rename(message: string, { call, body }: Sent): boolean {
    const { renamable = [] } = this.#wire;
    const sent = renamable.find((name) => has(body, name));
    if (sent === undefined || !new RegExp(`\\b${sent}\\b`).test(message) || !REFUSED_NAME.test(message)) return false;
    const model = this.#model(call.request);
    if (model.renamed !== null && model.renamed !== sent) return false;
    model.renamed = sent;
    return true;
  }

  #leaveOut(message: string, { call }: Sent): boolean {
    const names = refusedIn(message, call.request);
    if (names.length === 0) return false;
    const { refused } = this.#model(call.request);
    const added = names.filter((name) => !refused.has(name));
    for (const name of added) refused.add(name);
    if (added.length > 0) {
      call.observer.adapted?.(
        `${call.request.model} does not take ${added.join(", ")}: left out from here on (${message})`,
      );
    }
    return true;
  }

  #otherName(name: string): string | null {
    return this.#wire.renamable?.find((other) => other !== name) ?? null;
  }

  #model({ model }: ModelRequest): Model {
    const known = this.#models.get(model);
    if (known !== undefined) return known;
    const added: Model = { refused: new Set(), renamed: null };
    this.#models.set(model, added);
    return added;
  }
}

const REFUSED_NAME = /unsupported|not supported|unrecogni[sz]ed|unknown|unexpected|extra|not permitted|deprecated/i;

const has = (body: string, field: string): boolean => body.includes(`"${field}":`);
