import type { Attempt } from "../../core/provider.ts";
import type { WireFormat } from "../wire/wire-format.ts";
import type { HttpRequest } from "./connection.ts";

/** Servers that validate strictly answer with the one or the other to a member that they do not know. */
const REFUSALS: ReadonlySet<number | null> = new Set([400, 422]);

/** What a provider has learned about a member of its requests that can be left out. */
export interface Rewording {
  /** The body as this server takes it. */
  body(body: Record<string, unknown>): Record<string, unknown>;
  /** The attempt, marked when its refusal was about that member, which no later request then has. */
  judged(attempt: Attempt, sent: HttpRequest): Attempt;
}

/** Leaves out what a server was found not to understand; one for all channels of a provider. */
export function rewordingFor({ dispensable }: WireFormat): Rewording {
  if (dispensable === undefined) return { body: (body) => body, judged: (attempt) => attempt };
  const { field, named } = dispensable;
  let refused = false;
  return {
    body(body) {
      if (refused) delete body[field];
      return body;
    },
    judged(attempt, sent) {
      const { outcome } = attempt;
      if (outcome.ok || !REFUSALS.has(outcome.failure.http_status)) return attempt;
      if (!named.test(outcome.failure.message) || !sent.body.includes(`"${field}":`)) return attempt;
      refused = true;
      return { ...attempt, outcome: { ...outcome, failure: { ...outcome.failure, reworded: true } } };
    },
  };
}
