import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readDocument } from "./read-document.ts";
import { renderProblems } from "./render-problems.ts";

const encoder = new TextEncoder();

async function told(file: string, bytes: Uint8Array): Promise<string> {
  const read = await readDocument(file, bytes);
  return read.ok ? "" : renderProblems(read.problems);
}

describe("a document", () => {
  it.each(["a.json", "a.YAML", "b.c.yml"])("is read by the extension of %s", async (file) => {
    expect(await readDocument(file, encoder.encode('{"a": 1}'))).toMatchObject({
      ok: true,
      document: { value: { a: 1 } },
    });
  });

  it("may begin with a byte order mark", async () => {
    const read = await readDocument("a.json", encoder.encode('\uFEFF{"a": 1}'));
    expect(read.ok && read.document.locate(["a"], { key: true }).position?.column).toBe(2);
  });

  it("needs a known extension", async () => {
    expect(await told("a.toml", encoder.encode(""))).toBe(
      "a.toml: the extension .toml is not known\n  JSON and YAML can be read: the name must end in .json, .yaml or .yml.",
    );
    expect(await told("dir.d/a", encoder.encode(""))).toContain("the name has no extension");
  });

  it("that is not UTF-8 is refused with the offset of the first bad byte", async () => {
    expect(await told("a.json", Uint8Array.of(0x7b, 0x0a, 0xc3, 0xa9, 0xff, 0x7d))).toBe(
      "a.json:2:2: not UTF-8 text: byte 0xff at offset 4\n  Save the file as UTF-8. If it comes from an older Windows program: iconv -f WINDOWS-1252 -t UTF-8 OLD > NEW",
    );
    expect(await told("a.yaml", Uint8Array.of(0x61, 0xc3))).toContain(
      "a.yaml:1:2: not UTF-8 text: byte 0xc3 at offset 1",
    );
  });

  it("tells the right offset wherever the bad byte is", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "grapheme" }), fc.string(), async (before, after) => {
        const good = encoder.encode(before);
        const bytes = Uint8Array.from([...good, 0xff, ...encoder.encode(after)]);
        expect(await told("a.json", bytes)).toContain(`byte 0xff at offset ${good.length}`);
      }),
      { numRuns: 50 },
    );
  });
});
