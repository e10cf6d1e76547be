import { messageOf, systemCodeOf } from "../../core/errors.ts";
import type { Failure, FailureCode } from "../../core/failure.ts";
import { unreachedCode } from "../http/network-failure.ts";

/** What Node and its `fetch` call a connection that broke or stood still. */
const BROKEN: Readonly<Record<string, FailureCode>> = {
  ECONNRESET: "connection",
  EPIPE: "connection",
  UND_ERR_SOCKET: "connection",
  UND_ERR_CONNECT_TIMEOUT: "timeout_connect",
};

/** Clients put their own error around Node's, and `fetch` one more. */
const MOST_CAUSES = 5;

/** The network failure behind what somebody else's client threw; null where none is. */
export function clientFailure(error: unknown): Pick<Failure, "code" | "message" | "temporary"> | null {
  let cause = error;
  for (let depth = 0; depth < MOST_CAUSES && cause instanceof Error; depth += 1, cause = cause.cause) {
    const system = systemCodeOf(cause) ?? "";
    const broken = BROKEN[system];
    const known = broken === undefined ? unreachedCode(cause) : { code: broken };
    if (known === null) continue;
    const [outer, inner] = [messageOf(error), messageOf(cause) || system];
    return { ...known, message: outer.includes(inner) ? outer : `${outer}: ${inner}` };
  }
  return null;
}
