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

function* textsOf(
  path: string,
  endBytes: number,
  chunkBytes: number,
): Generator<{ number: number; offset: number; bytes: string; whole: boolean }> {
  for (const line of scanLines(path, endBytes, chunkBytes)) yield { ...line, bytes: line.bytes.toString("hex") };
}
