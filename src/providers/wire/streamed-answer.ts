import type { ModelResponse } from "../../core/response.ts";
import { tidyMessage } from "./failures.ts";
import { isFields, parseJson, type Fields } from "./fields.ts";
import { toolCallPieces } from "./tool-calls.ts";
import type { Delta, StreamReader, WireEvent, WireFailure } from "./wire-format.ts";

/** What an event that brings several things counts as: the text of an answer before all else. */
const RANK: Readonly<Record<Delta, number>> = { none: 0, reasoning: 1, other: 2, text: 3 };

/** An answer that is put together while it streams in. */
export class StreamedAnswer {
  /** What is known besides the text. */
  readonly known: Omit<ModelResponse, "content" | "reasoning" | "tool_calls"> = {
    id: null,
    model: null,
    finish_reason: null,
    usage: null,
    created_at: null,
  };
  /** The end marker came. */
  ended = false;
  /** What makes the answer whole came: for some APIs the end marker, for others a finish reason does. */
  complete = false;
  failure: WireFailure | null = null;
  systemFingerprint: string | null = null;
  /** The arguments of a tool call for which none were streamed. */
  noArguments = "";
  /** What the current event brought. */
  delta: Delta = "none";
  #content: string | null = null;
  #reasoning: string | null = null;
  readonly #tools = toolCallPieces();
  readonly #onText: ((text: string) => void) | undefined;

  constructor(onText?: (text: string) => void) {
    this.#onText = onText;
  }

  get hasText(): boolean {
    return this.#content !== null;
  }

  text(piece: string | null): void {
    if (!piece) return;
    this.#content = this.#content === null ? piece : this.#content + piece;
    this.#brought("text");
    this.#onText?.(piece);
  }

  thought(piece: string | null): void {
    if (!piece) return;
    this.#reasoning = this.#reasoning === null ? piece : this.#reasoning + piece;
    this.#brought("reasoning");
  }

  /** A piece of a tool call; a name alone is no model output. */
  tool(key: string | number, piece: { id?: string | null; name?: string | null; arguments?: string | null }): void {
    if (this.#tools.add(key, piece)) this.#brought("other");
  }

  /** The first failure counts. */
  fail(failure: WireFailure): void {
    this.failure ??= failure;
  }

  response(): ModelResponse {
    const { id, model, ...known } = this.known;
    return {
      id,
      model,
      content: this.#content,
      reasoning: this.#reasoning,
      tool_calls: this.#tools.list(this.noArguments),
      ...known,
    };
  }

  #brought(delta: Delta): void {
    if (RANK[delta] > RANK[this.delta]) this.delta = delta;
  }
}

/**
 * A reader of a stream whose events are JSON objects. `[DONE]` ends it: OpenAI's marker, which gateways also put behind
 * the streams of other APIs.
 */
export function jsonStreamReader(
  onText: ((text: string) => void) | undefined,
  read: (event: Fields, answer: StreamedAnswer) => void,
  /** Whether `[DONE]` makes the answer whole. */
  doneCompletes = false,
): StreamReader {
  const answer = new StreamedAnswer(onText);
  return {
    take({ data }: WireEvent): Delta {
      if (answer.ended) return "none";
      if (data.trim() === "[DONE]") {
        answer.ended = true;
        if (doneCompletes) answer.complete = true;
        return "none";
      }
      const event = parseJson(data);
      if (!isFields(event)) {
        answer.fail({ code: "stream_malformed", message: tidyMessage(`event is not a JSON object: ${data}`) });
        return "none";
      }
      answer.delta = "none";
      read(event, answer);
      return answer.delta;
    },
    get ended() {
      return answer.ended;
    },
    get complete() {
      return answer.complete;
    },
    get failure() {
      return answer.failure;
    },
    get systemFingerprint() {
      return answer.systemFingerprint;
    },
    response: () => answer.response(),
  };
}
