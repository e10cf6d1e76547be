import { crc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sampleResult } from "../../test/support/journal-records.ts";
import { decodeLine, decodeResult, encodeLine, LONG_RAW, rawLine } from "./line.ts";

const bytesOf = (line: string): Buffer => Buffer.from(line.slice(0, -1));

describe("a journal line", () => {
  it("ends with the CRC-32 of the bytes before its last member", () => {
    const line = encodeLine({ v: 1, text: "ü" });
    const body = '{"v":1,"text":"ü"';
    expect(line).toBe(`${body},"crc":"${crc32(Buffer.from(body)).toString(16).padStart(8, "0")}"}\n`);
    expect(JSON.parse(line)).toMatchObject({ v: 1, text: "ü" });
  });

  it("is one line, and comes back as the record it was made of", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue()), (members) => {
        const record = { ...members, v: 1 as const };
        const line = encodeLine(record);
        expect(line.indexOf("\n")).toBe(line.length - 1);
        expect(decodeLine(bytesOf(line))).toEqual({ ok: true, record: JSON.parse(JSON.stringify(record)) });
      }),
    );
  });

  it("is refused after any one of its bytes has changed", () => {
    const property = fc.property(
      fc.string({ unit: "binary" }),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (text, at, flip) => {
        const bytes = bytesOf(encodeLine({ v: 1, text }));
        const place = at % bytes.length;
        bytes[place] = (bytes[place] ?? 0) ^ flip;
        expect(decodeLine(bytes).ok).toBe(false);
      },
    );
    fc.assert(property, { numRuns: 1000 });
  });

  it("is refused at every length but its own", () => {
    const bytes = bytesOf(encodeLine({ v: 1, text: "x" }));
    for (let length = 0; length < bytes.length; length += 1) {
      expect(decodeLine(bytes.subarray(0, length)).ok).toBe(false);
    }
  });

  it("keeps a lone surrogate, which UTF-8 cannot write", () => {
    expect(decodeLine(bytesOf(encodeLine({ v: 1, text: "\ud800" })))).toEqual({
      ok: true,
      record: { v: 1, text: "\ud800" },
    });
  });

  it("holds __proto__ as a plain key", () => {
    const decoded = decodeLine(
      bytesOf(encodeLine({ v: 1, inner: JSON.parse('{"__proto__":{"polluted":true}}') as unknown })),
    );
    expect(JSON.stringify(decoded)).toContain("polluted");
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });

  it("is refused when it is no JSON in spite of its checksum", () => {
    const crc = crc32("{nonsense").toString(16).padStart(8, "0");
    expect(decodeLine(Buffer.from(`{nonsense,"crc":"${crc}"}`))).toEqual({ ok: false, problem: "it is not JSON" });
  });
});

describe("the line of a long raw body", () => {
  it("is the same in pieces as at once, none of which is long", () => {
    const identity = { target: "t\u202e", test_id: 'a"b', sample: 2 };
    for (const unit of ["plain", "\u0001\u009b", '"\\', "é", "😀", "\ud83d"]) {
      for (const shift of ["", "x"]) {
        const raw = shift + unit.repeat(Math.ceil((2.5 * LONG_RAW) / unit.length));
        const pieces = [...rawLine(identity, raw, true)];
        expect(pieces.join("")).toBe(encodeLine({ v: 1, ...identity, raw, raw_cut: true }));
        expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThanOrEqual(6 * LONG_RAW + 6);
      }
    }
    expect([...rawLine(identity, "", false)].join("")).toBe(encodeLine({ v: 1, ...identity, raw: "" }));
  });
});

describe("a line of results", () => {
  it("gives its result without the checksum", () => {
    expect(decodeResult(bytesOf(encodeLine(sampleResult())))).toEqual({ ok: true, record: sampleResult() });
  });

  it("is refused with the member that no result has", () => {
    const wrong = encodeLine({ ...sampleResult(), sample: "first" });
    expect(decodeResult(bytesOf(wrong))).toEqual({ ok: false, problem: "it is not a result of format 1 (sample)" });
    expect(decodeResult(bytesOf(encodeLine({ v: 1 }))).ok).toBe(false);
  });
});
