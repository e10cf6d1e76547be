import type { ModelResponse, Usage } from "../../core/response.ts";
import { statusIn } from "./error-members.ts";
import { tidyMessage } from "./failures.ts";
import { isFields, parseJson, textAt, type Fields } from "./fields.ts";
import { finishReasonIn, gaveUpBy } from "./finish-reasons.ts";
import { statedErrorIn, statedErrorOf } from "./stated-error.ts";
import { ToolCallPieces, type CallKey } from "./tool-call-pieces.ts";
import type { CallPiece } from "./tool-calls.ts";
import { laterUsage } from "./usage.ts";
import type { Delta, StreamReader, WireEvent, WireFailure } from "./wire-format.ts";

/** What an event that brings several things counts as: the text of an answer before all else. */
const RANK: Readonly<Record<Delta, number>> = { none: 0, reasoning: 1, other: 2, text: 3 };

const NOTHING_KNOWN = { id: null, model: null, finish_reason: null, usage: null, created_at: null } as const;

/** An answer that is put together while it streams in. */
export class StreamedAnswer {
  /** What is known besides the text. */
  known: Omit<ModelResponse, "content" | "reasoning" | "tool_calls"> = { ...NOTHING_KNOWN };
  /** The end marker came. */
  ended = false;
  /** What makes the answer whole came: for some APIs the end marker, for others a finish reason does. */
  complete = false;
  /** An answer began: something of it, or what holds it, came. */
  began = false;
  /** The server said that an answer is under way. */
  announced = false;
  failure: WireFailure | null = null;
  systemFingerprint: string | null = null;
  /** The arguments of a tool call for which none were streamed. */
  noArguments = "";
  /** What the current event brought. */
  delta: Delta = "none";
  #content: string | null = null;
  #reasoning: string | null = null;
  #tools = new ToolCallPieces();
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

  /** A fragment of a tool call as OpenAI streams them; a name alone is no model output. */
  tool(index: CallKey | null, piece: CallPiece): void {
    this.began = true;
    if (this.#tools.add(index, piece)) this.#brought("other");
  }

  /** A tool call begins, in an API that says so. */
  toolStarts(keys: readonly (CallKey | null)[], piece: CallPiece): void {
    this.began = true;
    if (this.#tools.start(keys, piece)) this.#brought("other");
  }

  /** Something begins that is no tool call of the model. */
  otherStarts(keys: readonly (CallKey | null)[]): void {
    this.began = true;
    this.#tools.startOther(keys);
  }

  /** More arguments of what began at these keys. What a model writes for the server's own tools is output as well. */
  toolGoesOn(keys: readonly (CallKey | null)[], value: unknown): void {
    this.#tools.append(keys, value);
    if (value) this.#brought("other");
  }

  /** A tool call as a whole, some of which may have come before. */
  toolIs(keys: readonly (CallKey | null)[], piece: CallPiece): void {
    this.began = true;
    if (this.#tools.complete(keys, piece)) this.#brought("other");
  }

  /** The server begins anew: a gateway asked another one after the first gave up. */
  startOver(): void {
    this.known = { ...NOTHING_KNOWN };
    this.#content = null;
    this.#reasoning = null;
    this.#tools = new ToolCallPieces();
    this.complete = false;
  }

  /** Takes why the answer ended; what is no reason neither ends an answer nor erases an earlier one. */
  finish(stated: unknown): void {
    const reason = finishReasonIn(stated);
    if (reason === null) return;
    this.known.finish_reason = reason;
    const gaveUp = gaveUpBy(reason);
    if (gaveUp !== null) this.fail(gaveUp);
  }

  /** Takes what the server states of the tokens. The last statement of each count stands. */
  used(usage: Usage | null): void {
    this.known.usage = laterUsage(this.known.usage, usage);
  }

  /** The first failure counts; what a server states rules over an event that cannot be read. */
  fail(failure: WireFailure): void {
    if (this.failure?.code === "stream_malformed" && failure.code !== "stream_malformed") this.failure = failure;
    else this.failure ??= failure;
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
    this.began = true;
    if (RANK[delta] > RANK[this.delta]) this.delta = delta;
  }
}

/** How an API's stream differs from others. */
export interface JsonStream {
  /** Whether `[DONE]` makes the answer whole. */
  readonly doneCompletes?: boolean;
  /** The names that the API gives to its events; without it they have none. */
  readonly names?: RegExp;
  /** Whether an object is an event of the API by what it holds, whatever the name of the event. */
  readonly owns: (event: Fields) => boolean;
}

/** A stream whose events name their type, as their name and in a member. */
export const typed = (names: RegExp): JsonStream => ({
  names,
  owns: (event) => names.test(textAt(event, "type") ?? ""),
});

/** Names that say that the event is an error, such as AWS's exceptions. */
const ERROR_NAME = /(^|[._-])(error|failed|failure)$|(error|exception)$/i;

/**
 * A reader of a stream whose events are JSON objects. `[DONE]` ends it: OpenAI's marker, which gateways also put behind
 * the streams of other APIs. Errors that the server states are read here, whatever the API. Ignored are events without
 * data, comments in data, and events with a name that the API does not define (`heartbeat`). Gateways also give names
 * of their own to events of the API (FastGPT's `answer`), so what holds one is read under any name, as OpenAI's client does.
 */
export function jsonStreamReader(
  onText: ((text: string) => void) | undefined,
  read: (event: Fields, answer: StreamedAnswer) => void,
  { doneCompletes = false, names, owns }: JsonStream,
): StreamReader {
  const answer = new StreamedAnswer(onText);
  let events = 0;
  const isNamed = (name: string): boolean => name !== "message" && names?.test(name) !== true;
  return {
    take({ name, data }: WireEvent): Delta {
      if (answer.ended) return "none";
      const text = data.trim();
      if (text === "" || text.startsWith(":")) return "none";
      if (text === "[DONE]") {
        answer.ended = true;
        if (doneCompletes) answer.complete = true;
        return "none";
      }
      const event = parseJson(text);
      const isAlien = isNamed(name);
      const failure = statedBy(name, text, event, !isAlien || name === "", names !== undefined);
      if (failure !== null) answer.fail(failure);
      if (!isFields(event)) {
        if (failure === null && !isAlien) {
          answer.fail({ code: "stream_malformed", message: tidyMessage(`event is not a JSON object: ${data}`) });
        }
        return "none";
      }
      if (name === "" || (isAlien && !owns(event))) return "none";
      if (!isAlien) events += 1;
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
    get began() {
      if (answer.began) return true;
      return answer.ended || (events > 0 && !answer.announced) ? false : null;
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

/**
 * The error that an event states, by its name or by what it holds. Where events name their type, one that does so is no
 * refusal's body.
 */
function statedBy(name: string, text: string, event: unknown, isOurs: boolean, areTyped: boolean): WireFailure | null {
  if (name !== "message" && ERROR_NAME.test(name)) {
    return statedErrorIn(event) ?? statedErrorOf(event === undefined ? text : event);
  }
  if (event === undefined && text.includes("\n")) return statedInLines(text);
  // What a gateway sends beside the answer under a name of its own may list errors of its own.
  if (!isOurs && !isFields(event)) return null;
  const type = areTyped && isFields(event) ? textAt(event, "type") : null;
  return statedErrorIn(event, isOurs && (type === null || ERROR_NAME.test(type) || isProblem(event)));
}

/** A body of RFC 9457, the type of which is an address. */
const isProblem = (event: unknown): boolean => isFields(event) && statusIn(event["status"]) !== null;

/** An error among events that lack the blank line between them, so that their data is one. */
function statedInLines(text: string): WireFailure | null {
  for (const line of text.split("\n")) {
    const failure = statedErrorIn(parseJson(line));
    if (failure !== null) return failure;
  }
  return null;
}
