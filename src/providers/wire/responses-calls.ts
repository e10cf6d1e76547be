import type { ToolCall } from "../../core/response.ts";
import { countAt, fieldsAt, isFields, listAt, textAt, type Fields } from "./fields.ts";
import type { StreamedAnswer } from "./streamed-answer.ts";
import type { CallKey } from "./tool-call-pieces.ts";
import { holdsArguments, toolCall, type CallPiece } from "./tool-calls.ts";

/** xAI shows what it runs itself under these names as calls of a custom tool: https://docs.x.ai/developers/tools/x-search */
const RUN_BY_XAI = /^(x_(user|keyword|semantic)_search|x_thread_fetch|view_x_video)$/;

/** An item of a response, where it is a call of a tool that the user gave; other tools the server runs itself. */
function callIn(item: Fields): CallPiece | null {
  const [id, name] = [textAt(item, "call_id") || textAt(item, "id"), textAt(item, "name")];
  switch (item["type"]) {
    case "function_call":
      return { id, name, arguments: item["arguments"] };
    case "custom_tool_call":
      return RUN_BY_XAI.test(name ?? "") ? null : { id, name, arguments: item["input"] };
    default:
      return null;
  }
}

/** The calls of a whole response. */
export function callsIn(items: readonly Fields[]): ToolCall[] | null {
  const calls = items.map(callIn).filter((call) => call !== null);
  if (calls.length === 0) return null;
  return calls.map(({ id = null, name = null, arguments: value }) => toolCall(id, { name, arguments: value }));
}

/**
 * What an event, or an item in it, says that it belongs to. The id comes first, since some servers give every item one
 * index; the index is left where a gateway makes up a new id for every event.
 */
const keysOf = (id: string | null, index: CallKey | null): (CallKey | null)[] => [id || null, index];

/** Takes an event of a stream that is about a tool call; false for any other. */
export function readCallEvent(event: Fields, answer: StreamedAnswer): boolean {
  const index = countAt(event, "output_index");
  const keys = keysOf(textAt(event, "item_id"), index);
  switch (event["type"]) {
    case "response.output_item.added": {
      const item = fieldsAt(event, "item");
      const call = callIn(item);
      const itemKeys = keysOf(textAt(item, "id"), index);
      if (call === null) answer.otherStarts(itemKeys);
      // Empty until the first fragment.
      else answer.toolStarts(itemKeys, holdsArguments(call.arguments) ? call : { ...call, arguments: null });
      return true;
    }
    case "response.output_item.done": {
      const item = fieldsAt(event, "item");
      const call = callIn(item);
      if (call !== null) answer.toolIs(keysOf(textAt(item, "id"), index), call);
      return true;
    }
    case "response.function_call_arguments.delta":
    case "response.custom_tool_call_input.delta":
    case "response.mcp_call_arguments.delta":
    case "response.code_interpreter_call_code.delta":
      answer.toolGoesOn(keys, event["delta"]);
      return true;
    case "response.function_call_arguments.done":
      answer.toolIs(keys, { name: textAt(event, "name"), arguments: event["arguments"] });
      return true;
    case "response.custom_tool_call_input.done":
      answer.toolIs(keys, { arguments: event["input"] });
      return true;
    default:
      return false;
  }
}

/** The calls of the whole response at the end of its stream: what had not come is taken from here. */
export function finishCalls(response: Fields, answer: StreamedAnswer): void {
  const items = response["output"];
  if (!Array.isArray(items)) return;
  for (const [index, item] of (items as unknown[]).entries()) {
    const call = isFields(item) ? callIn(item) : null;
    if (isFields(item) && call !== null) answer.toolIs(keysOf(textAt(item, "id"), index), call);
  }
}

/** Searches that the server made and bills; opening a page it found is none. */
export const searchesIn = (response: Fields): number =>
  listAt(response, "output").filter(
    (item) => item["type"] === "web_search_call" && (textAt(fieldsAt(item, "action"), "type") ?? "search") === "search",
  ).length;
