import type { ToolCall } from "../../core/response.ts";
import { fieldsAt, isFields, listAt, textAt, type Fields } from "./fields.ts";

/** What of a tool call a message or a fragment of one holds; `arguments` are text, or the value that they stand for. */
export interface CallPiece {
  readonly id?: string | null;
  readonly name?: string | null;
  readonly arguments?: unknown;
}

/** A whole call. `arguments` that are not text are the value that a server has parsed already. */
export function toolCall(id: string | null, named: { name: string | null; arguments: unknown }): ToolCall {
  return { id, type: "function", function: { name: named.name ?? "", arguments: argumentsText(named.arguments) } };
}

/** The JSON text of a call's arguments, also where a server sends them parsed. */
export function argumentsText(value: unknown): string {
  if (typeof value === "string") return value;
  if (value === undefined || value === null) return "";
  try {
    return JSON.stringify(value);
  } catch {
    // Nested deeper than the stack: no JSON can be written of it, and the raw body has it.
    return "";
  }
}

/** Whether an object or a text holds arguments: `{}` is what servers send before the first fragment. */
export const holdsArguments = (value: unknown): boolean =>
  isFields(value) ? Object.keys(value).length > 0 : Array.isArray(value) || (typeof value === "string" && value !== "");

/**
 * A call as OpenAI states it, or a fragment of one: a function with arguments, or a custom tool with free text. Null for
 * a tool that the server runs itself, which has a type and a member of its own.
 */
export function openaiCallPiece(call: Fields): CallPiece | null {
  const id = textAt(call, "id");
  if (isFields(call["custom"])) {
    const custom = call["custom"];
    return { id, name: textAt(custom, "name"), arguments: custom["input"] };
  }
  const type = textAt(call, "type") || "function";
  if (!isFields(call["function"]) && type !== "function" && type !== "custom") return null;
  const named = fieldsAt(call, "function");
  return { id, name: textAt(named, "name"), arguments: named["arguments"] };
}

/** The call of the API before `tool_calls`: one, without an id. */
export function legacyCallPiece(message: Fields): CallPiece | null {
  const call = message["function_call"];
  return isFields(call) ? { name: textAt(call, "name"), arguments: call["arguments"] } : null;
}

/** The calls of a message or a fragment of one; some servers send one call without a list around it. */
export function callsAt(message: Fields): readonly Fields[] {
  const calls = message["tool_calls"];
  return isFields(calls) ? [calls] : listAt(message, "tool_calls");
}

/** The calls of a whole message, as OpenAI states them and others after it. */
export function openaiToolCalls(message: Fields): ToolCall[] | null {
  const pieces = callsAt(message)
    .map(openaiCallPiece)
    .filter((piece) => piece !== null);
  const legacy = pieces.length === 0 ? legacyCallPiece(message) : null;
  const calls = legacy === null ? pieces : [legacy];
  if (calls.length === 0) return null;
  return calls.map(({ id = null, name = null, arguments: value }) => toolCall(id, { name, arguments: value }));
}
