import type { Millis } from "../core/clock.ts";
import type { ModelRequest } from "../core/request.ts";

/** Keeps a target's requests within limits of its own, whatever the load. Decides only; whoever asks does the waiting. */
export interface Limiter {
  /** How long from now an attempt at this request must wait, in milliseconds; what it takes of the limit is taken. */
  grant(request: ModelRequest): Millis;
}
