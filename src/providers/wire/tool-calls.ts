import type { ToolCall } from "../../core/response.ts";
import { textAt, type Fields } from "./fields.ts";

/** Tool calls of a stream, put together from pieces that share a key. */
export interface ToolCallPieces {
  /** Adds a piece: arguments are appended, the rest is set once. Says whether it brought arguments. */
  add(key: string | number, piece: { id?: string | null; name?: string | null; arguments?: string | null }): boolean;
  /** The calls so far; null when there is none. `noArguments` stands in where a call came without. */
  list(noArguments: string): ToolCall[] | null;
}

export function toolCallPieces(): ToolCallPieces {
  const calls = new Map<string | number, { id: string | null; name: string; arguments: string }>();
  return {
    add(key, piece) {
      const call = calls.get(key) ?? { id: null, name: "", arguments: "" };
      calls.set(key, call);
      call.id ??= piece.id ?? null;
      if (piece.name) call.name += piece.name;
      if (piece.arguments) call.arguments += piece.arguments;
      return Boolean(piece.arguments);
    },
    list(noArguments) {
      if (calls.size === 0) return null;
      return [...calls.values()].map((call) =>
        toolCall(call.id, { name: call.name, arguments: call.arguments || noArguments }),
      );
    },
  };
}

/** A whole call. `arguments` that are not text are the value that a server has parsed already. */
export function toolCall(id: string | null, named: { name: string | null; arguments: unknown }): ToolCall {
  return { id, type: "function", function: { name: named.name ?? "", arguments: argumentsText(named.arguments) } };
}

/** The JSON text of a call's arguments, also where a server sends them parsed. */
export function argumentsText(value: unknown): string {
  if (typeof value === "string") return value;
  return value === undefined || value === null ? "" : JSON.stringify(value);
}

/** Calls as OpenAI states them, and others after it: `{ id, function: { name, arguments } }`. */
export function openaiToolCalls(calls: readonly Fields[]): ToolCall[] | null {
  if (calls.length === 0) return null;
  return calls.map((call) => {
    const named = call["function"] as Fields | undefined;
    return toolCall(textAt(call, "id"), { name: textAt(named ?? {}, "name"), arguments: named?.["arguments"] });
  });
}
