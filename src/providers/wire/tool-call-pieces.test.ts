import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ToolCallPieces } from "./tool-call-pieces.ts";
import type { CallPiece } from "./tool-calls.ts";

type Fragment = CallPiece & { readonly index?: number | null };

function assembled(fragments: readonly Fragment[]): { id: string | null; name: string; arguments: string }[] {
  const pieces = new ToolCallPieces();
  for (const { index = null, ...piece } of fragments) pieces.add(index, piece);
  return (pieces.list("") ?? []).map(({ id, function: { name, arguments: json } }) => ({ id, name, arguments: json }));
}

const call = (id: string | null, name: string, args: string): object => ({ id, name, arguments: args });

describe("fragments of tool calls", () => {
  it.each<[string, Fragment[], object[]]>([
    [
      "with one index and two ids are two calls",
      [
        { index: 0, id: "a", name: "f", arguments: '{"x":1}' },
        { index: 0, id: "b", name: "g", arguments: '{"y":2}' },
      ],
      [call("a", "f", '{"x":1}'), call("b", "g", '{"y":2}')],
    ],
    [
      "without an index and with two ids are two calls, and what follows belongs to the last",
      [{ id: "a", name: "f", arguments: '{"x":1}' }, { id: "b", name: "f", arguments: '{"y"' }, { arguments: ":2}" }],
      [call("a", "f", '{"x":1}'), call("b", "f", '{"y":2}')],
    ],
    [
      "of one index that are told apart by id may come by turns",
      [
        { index: 0, id: "a", name: "f", arguments: '{"x":' },
        { index: 0, id: "b", name: "f", arguments: '{"y":' },
        { index: 0, id: "a", arguments: "1}" },
        { index: 0, id: "b", arguments: "2}" },
      ],
      [call("a", "f", '{"x":1}'), call("b", "f", '{"y":2}')],
    ],
    [
      "without ids and indexes are two calls where the names differ",
      [
        { name: "f", arguments: '{"x":1}' },
        { name: "g", arguments: '{"y":2}' },
      ],
      [call(null, "f", '{"x":1}'), call(null, "g", '{"y":2}')],
    ],
    [
      "without ids and indexes are two calls of one function where the arguments of the first are whole",
      [
        { name: "f", arguments: '{"x":1}' },
        { name: "f", arguments: '{"x":2}' },
      ],
      [call(null, "f", '{"x":1}'), call(null, "f", '{"x":2}')],
    ],
    [
      "with a new id each time are one call",
      [
        { index: 0, id: "a", name: "f", arguments: '{"x"' },
        { index: 0, id: "b", arguments: ":1" },
        { index: 0, id: "c", arguments: "}" },
      ],
      [call("a", "f", '{"x":1}')],
    ],
    [
      "with a new id each time and no index are one call",
      [
        { id: "a", name: "f", arguments: '{"x"' },
        { id: "b", arguments: ":1}" },
      ],
      [call("a", "f", '{"x":1}')],
    ],
    [
      "with a new id and the name each time are one call, since only together they are JSON",
      [
        { index: 0, id: "a", name: "f", arguments: '{"x"' },
        { index: 0, id: "b", name: "f", arguments: ':"}"' },
        { index: 0, id: "c", name: "f", arguments: "}" },
        { index: 0, id: "d", name: "f", arguments: '{"z":1}' },
      ],
      [call("a", "f", '{"x":"}"}'), call("d", "f", '{"z":1}')],
    ],
    [
      "with one id at another index each time are one call",
      [
        { index: 0, id: "a", name: "f", arguments: "" },
        { index: 1, id: "a", arguments: '{"x"' },
        { index: 2, id: "a", name: "f", arguments: ":1}" },
      ],
      [call("a", "f", '{"x":1}')],
    ],
    [
      "with another index each time and nothing else are one call",
      [
        { index: 0, id: "a", name: "f", arguments: "" },
        { index: 1, arguments: '{"x"' },
        { index: 2, arguments: ":1}" },
      ],
      [call("a", "f", '{"x":1}')],
    ],
    [
      "with one id for all are as many calls as there are names",
      [
        { index: 0, id: "call", name: "f", arguments: "{}" },
        { index: 1, id: "call", name: "g", arguments: '{"y":2}' },
      ],
      [call("call", "f", "{}"), call("call", "g", '{"y":2}')],
    ],
    [
      "with one id and name for all are as many calls as there are whole arguments",
      [
        { index: 0, id: "call", name: "f", arguments: '{"x":1}' },
        { index: 1, id: "call", name: "f", arguments: '{"y":2}' },
      ],
      [call("call", "f", '{"x":1}'), call("call", "f", '{"y":2}')],
    ],
    [
      "that repeat the name do not double it",
      [
        { index: 0, id: "a", name: "f", arguments: '{"x"' },
        { index: 0, name: "f", arguments: ":1" },
        { index: 0, id: "a", name: "f", arguments: "}" },
      ],
      [call("a", "f", '{"x":1}')],
    ],
    [
      "that end with the whole call once more do not double it",
      [
        { index: 0, id: "a", name: "f", arguments: '{"x"' },
        { index: 0, arguments: ":1}" },
        { index: 0, id: "a", name: "f", arguments: '{"x":1}' },
      ],
      [call("a", "f", '{"x":1}')],
    ],
    [
      "may bring the name in pieces",
      [
        { index: 0, id: "a", name: "get_", arguments: "" },
        { index: 0, name: "weather" },
        { index: 0, arguments: "{}" },
      ],
      [call("a", "get_weather", "{}")],
    ],
    [
      "may bring the name after the id, and empty members",
      [
        { index: 0, id: "a", name: "", arguments: null },
        { index: 0, id: "", name: "f", arguments: '{"x":1}' },
      ],
      [call("a", "f", '{"x":1}')],
    ],
    [
      "hold arguments as an object, which an empty one only announces",
      [
        { index: 0, id: "a", name: "f", arguments: { x: 1 } },
        { index: 1, id: "b", name: "g", arguments: {} },
        { index: 1, arguments: '{"y":2}' },
        { index: 2, id: "c", name: "h", arguments: {} },
      ],
      [call("a", "f", '{"x":1}'), call("b", "g", '{"y":2}'), call("c", "h", "{}")],
    ],
    [
      "that are no JSON stay as the model wrote them",
      [
        { index: 0, id: "a", name: "f", arguments: "{x:" },
        { index: 0, arguments: "1}}" },
      ],
      [call("a", "f", "{x:1}}")],
    ],
  ])("%s", (_, fragments, calls) => {
    expect(assembled(fragments)).toEqual(calls);
  });

  it("of an object deeper than any stack cost that call its arguments, not the run", () => {
    let deep: unknown = 1;
    for (let i = 0; i < 50_000; i += 1) deep = [deep];
    expect(assembled([{ index: 0, id: "a", name: "f", arguments: { deep } }])).toEqual([call("a", "f", "")]);
  });

  it("in their hundred thousands are put together in a moment, whatever they are", () => {
    const names = Array.from({ length: 100_000 }, (_, i): Fragment => ({
      index: 0,
      id: `${i}`,
      name: "f",
      arguments: "{",
    }));
    const repeated = names.map(({ index = 0, arguments: value }): Fragment => ({ index, name: "f", arguments: value }));
    const before = performance.now();
    expect(assembled(names)).toHaveLength(names.length);
    expect(assembled(repeated)).toHaveLength(1);
    expect(performance.now() - before).toBeLessThan(5000);
  });
});

// Whatever way a server cuts and marks the calls, they come out as they were.

const callsArbitrary = fc.array(
  fc.record({
    name: fc.constantFrom("get_weather", "get_time", "f"),
    value: fc.dictionary(fc.string({ maxLength: 4 }), fc.jsonValue({ maxDepth: 2 }), { minKeys: 1, maxKeys: 3 }),
    cuts: fc.array(fc.nat(60), { maxLength: 5 }),
  }),
  { minLength: 1, maxLength: 4 },
);

interface Cut {
  readonly call: number;
  readonly first: boolean;
  readonly name: string;
  readonly text: string;
}

/** The arguments of each call, cut at these places. */
const cutsOf = (calls: readonly { name: string; value: unknown; cuts: readonly number[] }[]): Cut[][] =>
  calls.map(({ name, value, cuts }, i) => {
    const json = JSON.stringify(value);
    const places = [...new Set([0, ...cuts.filter((at) => at < json.length)])].toSorted((a, b) => a - b);
    return places.map((from, n) => ({ call: i, first: n === 0, name, text: json.slice(from, places[n + 1]) }));
  });

/** One order of all the fragments in which each call keeps its own. */
function interleaved(calls: readonly Cut[][], turns: readonly number[]): Cut[] {
  const left = calls.map((cuts) => [...cuts]);
  const order: Cut[] = [];
  for (let n = 0; left.some((cuts) => cuts.length > 0); n += 1) {
    const open = left.filter((cuts) => cuts.length > 0);
    const next = open[(turns[n] ?? 0) % open.length]?.shift();
    if (next !== undefined) order.push(next);
  }
  return order;
}

/** How servers mark fragments; those that tell calls apart only by order send them one after the other. */
const MARKS: Record<string, { byTurns: boolean; mark: (cut: Cut, n: number) => Fragment }> = {
  "as OpenAI does": {
    byTurns: true,
    mark: ({ call: index, first, name, text }) =>
      first ? { index, id: `c${index}`, name, arguments: text } : { index, arguments: text },
  },
  "with everything in each": {
    byTurns: true,
    mark: ({ call: index, name, text }) => ({ index, id: `c${index}`, name, arguments: text }),
  },
  "with the index 0 and an id": {
    byTurns: true,
    mark: ({ call: i, first, name, text }) => ({ index: 0, id: `c${i}`, ...(first ? { name } : {}), arguments: text }),
  },
  "without an index and with an id": {
    byTurns: true,
    mark: ({ call: i, first, name, text }) => ({ id: `c${i}`, ...(first ? { name } : {}), arguments: text }),
  },
  "with an id that is new every time": {
    byTurns: true,
    mark: ({ call: index, first, name, text }, n) => ({
      index,
      id: `n${n}`,
      ...(first ? { name } : {}),
      arguments: text,
    }),
  },
  "with an index that is new every time": {
    byTurns: true,
    mark: ({ call: i, first, name, text }, n) => ({
      index: n,
      id: `c${i}`,
      ...(first ? { name } : {}),
      arguments: text,
    }),
  },
  "with the index 0, and the id of each call only where it begins": {
    byTurns: false,
    mark: ({ call: i, first, name, text }) =>
      first ? { index: 0, id: `c${i}`, name, arguments: text } : { index: 0, arguments: text },
  },
  "with names and without ids": {
    byTurns: true,
    mark: ({ call: index, name, text }) => ({ index, name, arguments: text }),
  },
  "with the name in each and nothing else": {
    byTurns: false,
    mark: ({ name, text }) => ({ name, arguments: text }),
  },
  "with a new id and the name in each": {
    byTurns: false,
    mark: ({ name, text }, n) => ({ index: 0, id: `n${n}`, name, arguments: text }),
  },
};

describe.each(Object.entries(MARKS))("calls that are marked %s", (_, { byTurns, mark }) => {
  it("come out as they were, however they are cut", () => {
    fc.assert(
      fc.property(callsArbitrary, fc.array(fc.nat(3), { maxLength: 30 }), (calls, turns) => {
        const cuts = cutsOf(calls);
        const order = byTurns ? interleaved(cuts, turns) : cuts.flat();
        // Calls are listed as they began.
        const begun = order.filter(({ first }) => first).map(({ call: i }) => calls[i]);
        const found = assembled(order.map(mark)).map(({ name, arguments: json }) => ({ name, json }));
        expect(found).toEqual(begun.map((one) => ({ name: one?.name, json: JSON.stringify(one?.value) })));
      }),
      { numRuns: 300 },
    );
  });
});
