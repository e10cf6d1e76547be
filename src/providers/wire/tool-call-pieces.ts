import type { ToolCall } from "../../core/response.ts";
import { parseJson } from "./fields.ts";
import { JsonBrackets } from "./json-brackets.ts";
import { argumentsText, toolCall, type CallPiece } from "./tool-calls.ts";

/** Where a server says that a fragment belongs: by the place of a call, or by the id of the item that it is. */
export type CallKey = string | number;

class Call {
  id: string | null;
  name: string;
  /** The key that it began under. */
  readonly at: CallKey | null;
  /** Set where the arguments came parsed; read only at the end, since a server may still add to them. */
  value: unknown = undefined;
  text = "";
  /** What of the text the brackets have not seen: few servers make anyone ask for them. */
  #unseen = "";
  #brackets = new JsonBrackets();

  constructor(piece: CallPiece, at: CallKey | null) {
    this.id = piece.id || null;
    this.name = piece.name ?? "";
    this.at = at;
  }

  get hasArguments(): boolean {
    return this.text !== "" || this.value !== undefined;
  }

  /** Whether its arguments are whole, so that more of them cannot belong to it. */
  get isWhole(): boolean {
    if (this.value !== undefined) return true;
    const unseen = this.#unseen;
    this.#unseen = "";
    return this.#brackets.closedBy(unseen);
  }

  /** Whether it is so little known that an id with this name may be its own. */
  awaits(name: string): boolean {
    return this.id === null && !this.hasArguments && (this.name === "" || this.name === name);
  }

  get arguments(): string {
    return this.value === undefined ? this.text : argumentsText(this.value);
  }

  replace(text: string): void {
    this.value = undefined;
    this.text = text;
    this.#unseen = text;
    this.#brackets = new JsonBrackets();
  }

  add(value: unknown): boolean {
    if (value === undefined || value === null || value === "") return false;
    if (typeof value === "string") {
      // Text after a value: that was what stands for no arguments yet.
      this.value = undefined;
      this.text += value;
      this.#unseen += value;
    } else {
      this.value = value;
    }
    return true;
  }
}

/**
 * Puts the tool calls of a stream together. Servers disagree on what marks a fragment: some give every call the index 0
 * or none, some a new id to every fragment, some repeat the name in each, some count the fragments in place of the calls.
 */
export class ToolCallPieces {
  readonly #calls: Call[] = [];
  readonly #byId = new Map<string, Call>();
  /** Null for what is at a key and is no call: a tool that the server runs itself. */
  readonly #byKey = new Map<CallKey, Call | null>();
  #last: Call | null = null;

  /**
   * Adds a fragment as OpenAI streams them, all of one shape. A new id that comes with a name starts a call; an id alone
   * does not. Says whether it brought arguments.
   */
  add(index: CallKey | null, piece: CallPiece): boolean {
    const known = this.#callOf(index, piece);
    if (known === null) return this.#start(index, piece).add(piece.arguments);
    if (index !== null && this.#byKey.get(index) !== known) this.#byKey.set(index, known);
    this.#last = known;
    if (piece.id) this.#byId.set(piece.id, known);
    known.id ??= piece.id || null;
    if (piece.name && piece.name !== known.name && !known.hasArguments) known.name += piece.name;
    // A server that ends with the whole call once more.
    if (piece.name && known.isWhole && argumentsText(piece.arguments) === known.arguments) return false;
    return known.add(piece.arguments);
  }

  /** Starts the call at these keys, unless one of that id and name has begun. Says whether it brought arguments. */
  start(keys: readonly (CallKey | null)[], piece: CallPiece): boolean {
    const repeated = piece.id ? this.#byId.get(piece.id) : undefined;
    const again = repeated !== undefined && startsAgain(repeated, piece);
    const call = again ? repeated : this.#start(null, piece);
    this.#put(keys, call);
    return call.hasArguments ? false : call.add(piece.arguments);
  }

  /** What begins at these keys is no call; what belongs there is not to become one. */
  startOther(keys: readonly (CallKey | null)[]): void {
    this.#put(keys, null);
  }

  /** Adds to the arguments of the call at the first of the keys that is known, else of the last one. */
  append(keys: readonly (CallKey | null)[], value: unknown): boolean {
    return this.#at(keys)?.add(value) ?? false;
  }

  /**
   * States the call at these keys as a whole; what is known of it already stays. A call that never began begins here.
   * Says whether it brought arguments that had not come.
   */
  complete(keys: readonly (CallKey | null)[], piece: CallPiece): boolean {
    const byId = piece.id ? this.#byId.get(piece.id) : undefined;
    const byKey = keys.map((key) => (key === null ? undefined : this.#byKey.get(key))).find((call) => call);
    const same = byKey !== undefined && (!piece.name || byKey?.name === "" || byKey?.name === piece.name);
    const known = byId ?? (same ? byKey : undefined) ?? (piece.id ? null : this.#last);
    if (known === null) return this.start(keys, piece);
    known.id = piece.id || known.id;
    if (known.name === "") known.name = piece.name ?? "";
    const text = argumentsText(piece.arguments);
    if (text === "" || (known.isWhole && known.arguments !== "{}")) return false;
    const had = known.hasArguments;
    known.replace(text);
    return !had;
  }

  /** The calls so far; null when there is none. `noArguments` stands in where a call came without. */
  list(noArguments: string): ToolCall[] | null {
    if (this.#calls.length === 0) return null;
    return rejoined(this.#calls).map(({ id, name, text }) => toolCall(id, { name, arguments: text || noArguments }));
  }

  #start(index: CallKey | null, piece: CallPiece): Call {
    const call = new Call(piece, index);
    this.#calls.push(call);
    if (call.id !== null) this.#byId.set(call.id, call);
    if (index !== null) this.#byKey.set(index, call);
    this.#last = call;
    return call;
  }

  #put(keys: readonly (CallKey | null)[], call: Call | null): void {
    for (const key of keys) if (key !== null) this.#byKey.set(key, call);
    this.#last = call;
  }

  #at(keys: readonly (CallKey | null)[]): Call | null {
    for (const key of keys) {
      const call = key === null ? undefined : this.#byKey.get(key);
      if (call !== undefined) return call;
    }
    return this.#last;
  }

  /** The call that a fragment goes on with; null where it starts one. */
  #callOf(index: CallKey | null, piece: CallPiece): Call | null {
    const { id, name, arguments: value } = piece;
    const here = (index === null ? this.#last : this.#byKey.get(index)) ?? null;
    const named = id ? this.#byId.get(id) : undefined;
    if (named !== undefined) return goesOn(named, here, piece) ? named : null;
    if (id) return !name || here?.awaits(name) === true ? here : null;
    if (!name) return here ?? this.#last;
    if (here === null || here.name === "") return here;
    if (here.name === name) return here.isWhole && value ? null : here;
    // The rest of a name that comes in pieces.
    return index !== null && here.id !== null && !here.hasArguments && !value ? here : null;
  }
}

/** Whether a fragment with the id of a call is of that call, and not of another to which the server gives the same id. */
function goesOn(call: Call, here: Call | null, { name, arguments: value }: CallPiece): boolean {
  if (!name) return true;
  if (name !== call.name && call.name !== "") return here === call && !call.hasArguments && !value;
  return !call.isWhole || !value || argumentsText(value) === call.arguments;
}

/** Whether a call that starts is one that has started, and not another to which the server gives the same id. */
function startsAgain(call: Call, { name, arguments: value }: CallPiece): boolean {
  if (call.name !== (name ?? "")) return false;
  return !value || !call.hasArguments || argumentsText(value) === call.arguments;
}

interface JoinedCall {
  readonly id: string | null;
  readonly name: string;
  readonly text: string;
}

/**
 * Where every fragment had a new id and the name as well, each looked like a call of its own. Such calls of one function
 * in a row whose arguments are JSON only together are one.
 */
function rejoined(calls: readonly Call[]): JoinedCall[] {
  if (calls.length === 1) return calls.map(asJoined);
  const joined: JoinedCall[] = [];
  let run: Call[] = [];
  let text = "";
  let brackets = new JsonBrackets();
  const end = (): void => {
    joined.push(...run.map(asJoined));
    run = [];
    text = "";
    brackets = new JsonBrackets();
  };
  for (const call of calls) {
    if (run[0] !== undefined && (call.name !== run[0].name || call.at !== run[0].at || !call.hasArguments)) end();
    run.push(call);
    if (!call.hasArguments || (run.length === 1 && call.isWhole)) {
      end();
      continue;
    }
    const fragment = call.arguments;
    text += fragment;
    if (!brackets.closedBy(fragment)) continue;
    if (parseJson(text) !== undefined) {
      joined.push({ id: run[0]?.id ?? null, name: call.name, text });
      run = [];
    }
    end();
  }
  end();
  return joined;
}

const asJoined = (call: Call): JoinedCall => ({ id: call.id, name: call.name, text: call.arguments });
