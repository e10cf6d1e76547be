import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../../test/support/journal-records.ts";
import { writeWhole } from "./write-whole.ts";

test("pieces become a file, and the next one takes its place", () => {
  const directory = temporaryDirectory();
  const path = join(directory, "a.txt");
  const long = "é".repeat(100_000);
  writeWhole(path, ["old"]);
  writeWhole(path, [long, "", long]);
  expect(readFileSync(path, "utf8")).toBe(long + long);
  expect(readdirSync(directory)).toEqual(["a.txt"]);
});

test("when the pieces end early the old file stays, and nothing else", () => {
  const directory = temporaryDirectory();
  const path = join(directory, "a.txt");
  writeWhole(path, ["old"]);
  function* broken(): Generator<string> {
    yield "new".repeat(100_000);
    throw new Error("no more");
  }
  expect(() => writeWhole(path, broken())).toThrow(/cannot write .*a\.txt: no more/);
  expect(readFileSync(path, "utf8")).toBe("old");
  expect(readdirSync(directory)).toEqual(["a.txt"]);
});
