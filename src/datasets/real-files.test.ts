import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { collected } from "../../test/support/cases.ts";
import type { TestCase } from "../core/dataset.ts";
import { BenchError } from "../core/errors.ts";
import { loadDataset, type LoadOptions } from "./load.ts";

const folder = mkdtempSync(join(tmpdir(), "real-files-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function put(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const casesOf = async (path: string, options: LoadOptions = {}): Promise<TestCase[]> =>
  collected((await loadDataset(path, options)).cases());

async function told(name: string, content: string | Uint8Array): Promise<{ message: string; hint: string }> {
  const error: unknown = await loadDataset(put(name, content)).catch((thrown: unknown) => thrown);
  if (!(error instanceof BenchError)) throw new Error("it was read");
  return { message: error.message.replaceAll(`${folder}/`, ""), hint: error.hint ?? "" };
}

describe("a spreadsheet's CSV", () => {
  it.each([
    ["semicolons", "id;prompt\r\n1;What, then?\r\n"],
    ["semicolons and quotes", '"id";"prompt"\r\n"1";"What, then?"\r\n'],
    ["a line that names the separator", "sep=;\r\nid;prompt\r\n1;What, then?\r\n"],
    ["a line that names bars", "sep=|\nid|prompt\n1|What, then?\n"],
    ["rows that were emptied", 'id,prompt\n,\n1,"What, then?"\n,\n\n'],
  ])("is read with %s", async (_, text) => {
    expect(await casesOf(put("sheet.csv", text))).toEqual([{ id: "1", prompt: "What, then?" }]);
  });

  it("keeps its commas where the header has one, and semicolons in quotes are text", async () => {
    const mapped = { map: { prompt: "a;b" } };
    expect(await casesOf(put("commas.csv", "id,a;b\n1,x;y\n"), mapped)).toMatchObject([{ prompt: "x;y" }]);
    const quoted = put("one.csv", '"id;prompt"\n"1;x"\n');
    expect(await casesOf(quoted, { map: { prompt: "id;prompt" } })).toEqual([{ id: "row-2", prompt: "1;x" }]);
  });

  it("counts rows as a spreadsheet does, which shows no line that names the separator", async () => {
    const { message } = await told("sheet.csv", "sep=;\nid;prompt\n1;x\n;\n1;y\n");
    expect(message).toContain('sheet.csv:5:1 row 4, id: the id "1" is already that of row 2');
  });
});

describe("JSON as other programs write it", () => {
  it("is told of numbers that JSON has not", async () => {
    expect(await told("nan.jsonl", '{"id":"a","metadata":{"score":NaN}}\n')).toMatchInlineSnapshot(`
      {
        "hint": "Write null, or the text in double quotes.",
        "message": "nan.jsonl:1:31: JSON has no such number
        1 | {"id":"a","metadata":{"score":NaN}}
          |                               ^",
      }
    `);
  });
});

describe("bytes that are no text of UTF-8", () => {
  it.each([
    [
      "an archive or a spreadsheet by another name",
      Buffer.from("PK\u0003\u0004 and more\n"),
      /ZIP archive or a spreadsheet/,
    ],
    ["UTF-16 without its mark", Buffer.from("id,prompt\na,Hi\n", "utf16le"), /UTF-16 text/],
    ["UTF-16 of the other order", Buffer.from("id,prompt\na,Hi\n", "utf16le").swap16(), /UTF-16 text/],
  ])("are told as what they are, once: %s", async (_, bytes, message) => {
    for (const name of ["bytes.csv", "bytes.jsonl", "bytes.json", "bytes.yaml"]) {
      const one = await told(name, bytes);
      expect(one.message).toMatch(message);
      expect(one.message).not.toContain("problems");
    }
    const { hint } = await told("bytes.csv", Buffer.from("id,prompt\n", "utf16le"));
    expect(hint).toContain("iconv -f UTF-16LE -t UTF-8");
  });
});
