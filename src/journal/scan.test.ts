import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { temporaryDirectory } from "../../test/support/journal-records.ts";
import { scanLines } from "./scan.ts";

it("lines come whole, whatever their length and the size of the chunks", () => {
  const path = join(temporaryDirectory(), "file");
  const line = fc.string({ unit: "binary", maxLength: 40 }).map((text) => text.replaceAll("\n", "§"));
  fc.assert(
    fc.property(fc.array(line), line, fc.integer({ min: 1, max: 70 }), (lines, torn, chunkBytes) => {
      const text = lines.map((each) => `${each}\n`).join("") + torn;
      const file = Buffer.from(text);
      writeFileSync(path, file);
      const scanned = [...textsOf(path, file.length, chunkBytes)];
      expect(scanned.map(({ bytes }) => bytes)).toEqual(
        [...lines, ...(torn === "" ? [] : [torn])].map((each) => Buffer.from(each).toString("hex")),
      );
      for (const [i, { number, offset, bytes, whole }] of scanned.entries()) {
        expect(number).toBe(i + 1);
        expect(file.toString("hex", offset, offset + bytes.length / 2)).toBe(bytes);
        expect(whole).toBe(i < lines.length);
      }
    }),
  );
});

it("what stands after the given end is not seen", () => {
  const path = join(temporaryDirectory(), "file");
  writeFileSync(path, "one\ntwo\nthree\n");
  expect([...textsOf(path, 6, 4)]).toMatchObject([
    { number: 1, whole: true },
    { number: 2, whole: false },
  ]);
});

it("of a line too long to be held only the beginning comes, and the lines around it are whole", () => {
  const path = join(temporaryDirectory(), "file");
  const long = "x".repeat(100);
  for (const chunkBytes of [1, 2, 16, 64]) {
    writeFileSync(path, `one\n${long}\ntwo\n${long}`);
    const lines: object[] = [];
    for (const { bytes, ...line } of scanLines(path, Infinity, chunkBytes, 64)) {
      lines.push({ ...line, text: bytes.toString().replace(/x+/, (found) => (found.length < 100 ? "x…" : "all")) });
    }
    expect(lines).toEqual([
      { number: 1, offset: 0, whole: true, text: "one" },
      { number: 2, offset: 4, whole: true, text: "x…" },
      { number: 3, offset: 105, whole: true, text: "two" },
      { number: 4, offset: 109, whole: false, text: "x…" },
    ]);
  }
});

function* textsOf(
  path: string,
  endBytes: number,
  chunkBytes: number,
): Generator<{ number: number; offset: number; bytes: string; whole: boolean }> {
  for (const line of scanLines(path, endBytes, chunkBytes)) yield { ...line, bytes: line.bytes.toString("hex") };
}
