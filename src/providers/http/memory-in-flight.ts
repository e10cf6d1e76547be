import type { ModelResponse } from "../../core/response.ts";
import { LIMITS } from "./limits.ts";

/** Memory that all answers in flight may hold together, over the process: each alone may be far below its own limit. */
export class MemoryInFlight {
  readonly #limit: number;
  #held = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Bytes held. */
  get held(): number {
    return this.#held;
  }

  /** Takes bytes, if there is room for them. */
  take(bytes: number): boolean {
    if (this.#held + bytes > this.#limit) return false;
    this.#held += bytes;
    return true;
  }

  /** Counts bytes that are needed whether there is room for them or not. */
  add(bytes: number): void {
    this.#held += bytes;
  }

  give(bytes: number): void {
    this.#held -= bytes;
  }
}

/** Bodies as they came. */
export const rawInFlight = new MemoryInFlight(LIMITS.rawBytesTogether);
/** What was read from streams: texts, reasoning, and arguments of tool calls. */
export const textInFlight = new MemoryInFlight(LIMITS.textBytesTogether);

/** How much memory the texts of an answer take, at least. */
export function textSize({ content, reasoning, tool_calls }: ModelResponse): number {
  return (content?.length ?? 0) + (reasoning?.length ?? 0) + sizeOf(tool_calls, TOOL_CALL_LEVELS);
}

/** A list of calls, a call, its function, its arguments, and what these hold. */
const TOOL_CALL_LEVELS = 6;

function sizeOf(value: unknown, levels: number): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null || levels === 0) return 0;
  return Object.values(value).reduce<number>((sum, inner) => sum + sizeOf(inner, levels - 1), 0);
}
