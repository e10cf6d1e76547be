import { isFields, listAt, textAt, type Fields } from "./fields.ts";

/** Deeper paths and longer arrays than any tool has; a server that goes on gets no further memory for it. */
const MAX_DEPTH = 64;
const MAX_INDEX = 9999;

type Step = string | number;
type Container = Record<string, unknown> | unknown[];

/**
 * The steps of a JSON path (RFC 9535) to one value: `$.foo.bar[0]["a b"]`. Null for any other path, and one past the limits.
 */
function stepsOf(path: string): Step[] | null {
  const steps: Step[] = [];
  const step = /\.([^.[\]]+)|\[(\d+)\]|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]/y;
  step.lastIndex = path.startsWith("$") ? 1 : 0;
  while (step.lastIndex < path.length) {
    const found = step.exec(path);
    if (found === null) return null;
    const [, plain, index, single, double] = found;
    steps.push(index === undefined ? (plain ?? (single ?? double ?? "").replaceAll(/\\(.)/g, "$1")) : Number(index));
  }
  const tooLong = steps.length === 0 || steps.length > MAX_DEPTH;
  return tooLong || steps.some((at) => typeof at === "number" && at > MAX_INDEX) ? null : steps;
}

const containerFor = (next: Step): Container =>
  typeof next === "number" ? [] : (Object.create(null) as object as Container);

const isContainer = (value: unknown): value is Container => isFields(value) || Array.isArray(value);

/** Arguments that Vertex AI streams value by value: https://docs.cloud.google.com/vertex-ai/generative-ai/docs/multimodal/function-calling */
export class PartialArguments {
  readonly value = containerFor("") as Record<string, unknown>;

  /** Takes the values of one fragment; says whether there were any. */
  add(call: Fields): boolean {
    const partial = listAt(call, "partialArgs");
    for (const part of partial) this.#set(stepsOf(textAt(part, "jsonPath") ?? ""), part);
    return partial.length > 0;
  }

  #set(steps: Step[] | null, part: Fields): void {
    const last = steps?.at(-1);
    if (steps === null || last === undefined) return;
    let at: Container = this.value;
    for (const [i, step] of steps.slice(0, -1).entries()) {
      const inner = read(at, step);
      const next = isContainer(inner) ? inner : containerFor(steps[i + 1] ?? "");
      if (next !== inner) write(at, step, next);
      at = next;
    }
    const before = read(at, last);
    const text = textAt(part, "stringValue");
    if (text !== null) write(at, last, typeof before === "string" ? before + text : text);
    else write(at, last, part["numberValue"] ?? part["boolValue"] ?? ("nullValue" in part ? null : before));
  }
}

const read = (at: Container, step: Step): unknown => Reflect.get(at, step);

/** A name where an array is, or the other way round, is of no use. */
function write(at: Container, step: Step, value: unknown): void {
  if (Array.isArray(at) === (typeof step === "number")) Reflect.set(at, step, value);
}
