import fc from "fast-check";
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { collected, streamed } from "../../test/support/cases.ts";
import type { TestCase } from "../core/dataset.ts";
import { BenchError } from "../core/errors.ts";
import { readCsv } from "./formats/csv-records.ts";
import { RowReader } from "./formats/csv.ts";
import { readJsonLines } from "./formats/jsonl.ts";
import { splitLines } from "./formats/lines.ts";
import { sniffed } from "./formats/sniff.ts";
import { hash64, IdSet } from "../core/id-set.ts";
import { loadDataset } from "./load.ts";
import { renderTemplate } from "./template.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "datasets-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function loaded(name: string, content: string | Uint8Array): Promise<TestCase[]> {
  const file = join(folder, name);
  await writeFile(file, content);
  return collected((await loadDataset(file)).cases());
}

async function told(name: string, content: string | Uint8Array): Promise<string> {
  const error: unknown = await loaded(name, content).catch((thrown: unknown) => thrown);
  if (!(error instanceof BenchError)) throw new Error(`no BenchError but ${String(error)}`);
  return error.message.replaceAll(`${folder}/`, "");
}

/** Bytes cut into pieces of any size, as a disk or a network may bring them. */
const cut = (bytes: Uint8Array, size: number): AsyncIterable<Uint8Array> =>
  streamed(Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size)));

const pieceSize = fc.integer({ min: 1, max: 40 });

describe("JSON Lines", () => {
  it("give back any values that were written, in pieces of any size, with or without CR and a last line end", async () => {
    const ends = fc.constantFrom("\n", "\r\n");
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue()), ends, fc.boolean(), pieceSize, async (values, end, last, size) => {
        const text = values.map((value) => JSON.stringify(value)).join(end) + (last ? end : "");
        const reads = (await collected(readJsonLines("a.jsonl", cut(Buffer.from(text), size)))).flat();
        const expected: unknown[] = values.map((value) => JSON.parse(JSON.stringify(value)));
        expect(reads.map((read) => read.ok && read.record.value)).toEqual(expected);
      }),
    );
  });

  it("answer any bytes with records or problems, and never throw", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), pieceSize, async (bytes, size) => {
        const reads = (await collected(readJsonLines("a.jsonl", cut(bytes, size)))).flat();
        expect(reads.every((read) => read.ok || read.problems.length > 0)).toBe(true);
      }),
    );
  });

  it("know the byte where each line begins, also behind characters of several bytes", async () => {
    const bytes = Buffer.from("é\n€€\r\n\nx");
    const lines = (await collected(splitLines("a", cut(bytes, 2)))).flat();
    expect(lines).toEqual([
      { text: "é", number: 1, offset: 0 },
      { text: "€€\r", number: 2, offset: 3 },
      { text: "", number: 3, offset: 11 },
      { text: "x", number: 4, offset: 12 },
    ]);
  });

  it("end at a line that would fill the memory", async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("1\n");
      for (;;) yield Buffer.alloc(1000, 0x78);
    }
    const lines = (await collected(splitLines("a", endless(), 5000))).flat();
    expect(lines).toMatchObject([{ text: "1" }, { number: 2, text: { message: /longer than/ } }]);
  });
});

describe("CSV", () => {
  const cell = fc.string({ unit: fc.constantFrom("a", "é", '"', ",", "\n", "\r\n", " ", "=", "\t", "'") });
  const written = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

  it("gives back the cells that were written, as another reader does", async () => {
    const rows = fc.array(
      fc.array(
        cell.filter((text) => text !== ""),
        { minLength: 2, maxLength: 4 },
      ),
      { minLength: 1 },
    );
    await fc.assert(
      fc.asyncProperty(rows, fc.constantFrom("\n", "\r\n"), async (table, end) => {
        const text = table.map((row) => row.map(written).join(",") + end).join("");
        const reader = new RowReader("a.csv", ",");
        const read = text
          .split("\n")
          .map((line, index) => reader.take(line, index + 1, 0))
          .flatMap((row) => (row === null ? [] : [row]));
        expect(reader.end()).toBeNull();
        const cells = read.map((row) => ("cells" in row ? row.cells.map((one) => one.text) : row));
        expect(cells).toEqual(table);
        expect(cells).toEqual(parse(text, { relaxColumnCount: true, recordDelimiter: end }));
      }),
    );
  });

  it("answers any text with records or problems, and never throws", async () => {
    const soup = fc.string({ unit: fc.constantFrom("a", '"', ",", "\n", "\r", "\0", "é", ".") });
    const header = fc.constantFrom("", "id,prompt\n", "id,prompt,variables.__proto__.x,metadata.constructor\n");
    await fc.assert(
      fc.asyncProperty(header, soup, pieceSize, async (first, text, size) => {
        const options = { separator: ",", anyColumns: first === "" };
        const reads = (await collected(readCsv("a.csv", cut(Buffer.from(first + text), size), options))).flat();
        expect(reads.every((read) => read.ok || read.problems.length > 0)).toBe(true);
        expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
      }),
    );
  });

  it("tells of a quote that never closes without reading the rest of a large file into memory", async () => {
    const rest = `${"x".repeat(1023)}\n`.repeat(17 * 1024);
    expect(await told("a.csv", `id,prompt\na,"${rest}`)).toContain("its closing quote must be missing");
  });

  it("puts columns together and tells of those that contradict", async () => {
    const cases = await loaded(
      "a.csv",
      'id,prompt,variables.a.b,variables.c,references\n1,"{{a.b}}{{c}}",x,y,"[""z""]"\n',
    );
    expect(cases).toEqual([
      { id: "1", prompt: "{{a.b}}{{c}}", variables: { a: { b: "x" }, c: "y" }, references: ["z"] },
    ]);
    expect(await told("b.csv", "id,prompt,variables.a,variables.a.b\n1,p,x,y\n")).toContain(
      'another column gives "variables.a" a value that has no parts',
    );
  });
});

describe("hostile files", () => {
  it("of YAML aliases that multiply are refused", async () => {
    const levels = ["a0: &a0 [x]"];
    for (let n = 1; n < 9; n += 1)
      levels.push(`a${n}: &a${n} [${Array.from({ length: 9 }, () => `*a${n - 1}`).join(", ")}]`);
    expect(await told("a.yaml", levels.join("\n"))).toContain("alias");
  });

  it.each([
    ["a.json", (deep: string) => `{"name": "d", "version": "1", "test_cases": [{"metadata": ${deep}}]}`],
    ["a.yaml", (deep: string) => `name: d\nmetadata: ${deep}`],
    ["a.jsonl", (deep: string) => `{"id": "a", "prompt": "p", "metadata": {"m": ${deep}}}`],
  ])("nested deeply are refused in %s", async (name, around) => {
    expect(await told(name, around("[".repeat(5000) + "]".repeat(5000)))).toContain("nested more than 200 levels deep");
  });

  /** In bytes of memory and milliseconds of this process, with room for a busy machine. */
  async function answered(name: string, content: string): Promise<string> {
    const before = process.cpuUsage();
    const answer = await told(name, content);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(5000);
    expect(answer.length).toBeLessThan(20_000);
    return answer;
  }

  const list = (count: number, of: (i: number) => string): string =>
    Array.from({ length: count }, (_, i) => of(i)).join("");
  const document = (cases: string): string => `{"name": "d", "version": "1", "test_cases": [${cases}]}`;

  it("with anchors and aliases by the ten thousand are answered at once", async () => {
    const anchors = `x:\n${list(50_000, (i) => `- &a${i} v\n`)}`;
    expect(await answered("anchors.yaml", anchors)).toContain('missing "name"');
    expect(await answered("aliases.yaml", `${anchors}y:\n${list(50_000, (i) => `- *a${i}\n`)}`)).toContain(
      "stand for too much",
    );
    expect(await answered("same.yaml", `x: &a [1]\ny:\n${"- *a\n".repeat(50_000)}`)).toContain("stand for too much");
    const wide = `x: &a [${"1,".repeat(200)}]\ny:\n${"- *a\n".repeat(9000)}`;
    expect(await answered("wide.yaml", wide)).toContain("stand for too much");
    expect(
      await answered(
        "keys.yaml",
        list(50_000, (i) => `k${i}: v\n`),
      ),
    ).toContain('missing "name"');
  });

  it("of more YAML than the parser reads in time are refused before it does", async () => {
    expect(
      await answered(
        "big.yaml",
        list(200_000, (i) => `- { id: a${i}, prompt: hello }\n`),
      ),
    ).toContain("too large for YAML");
  });

  it("of more records, or more bytes, than one document may have are refused at once", async () => {
    const records = list(250_001, (i) => `{"id":"${i}","prompt":"p"},`);
    for (const content of [`[${records}{}]`, `{"name":"n","version":"1","test_cases":[${records}{}]}`]) {
      expect(await answered("many.json", content)).toContain("more than 250000 records");
    }
    expect(await answered("long.json", `[{"id":"a","prompt":"${"p".repeat(64 << 20)}"}]`)).toContain(
      "larger than 64 MB",
    );
  });

  it("with an id of a megabyte, twice, are told of briefly", async () => {
    const row = `${JSON.stringify({ id: "x".repeat(1 << 20), prompt: "p" })}\n`;
    expect(await answered("id.jsonl", row + row)).toContain("is already that of line 1");
    expect(await answered("key.jsonl", `{"id": "a", "prompt": "p", "${"k".repeat(1 << 22)}": 1}\n`)).toContain(
      "unknown key",
    );
  });

  it("with 100 000 missing variables, in one case or in as many, are told of", async () => {
    const prompt = list(100_000, (i) => `{{v${i}}} `);
    const variables = `{${list(100_000, (i) => `"w${i}": 1, `)}"z": 1}`;
    for (const [name, content] of [
      ["m.jsonl", `{"id": "a", "prompt": "${prompt}", "variables": ${variables}}\n`],
      ["m.json", document(`{"id": "a", "prompt": "${prompt}"}`)],
      ["m.yaml", `name: d\nversion: "1"\ntest_cases: [{ id: a, prompt: "${prompt}" }]`],
      ["m.csv", `id,prompt\na,${prompt}\n`],
    ] as const) {
      expect(await answered(name, content)).toContain("100000 problems in");
    }
    const cases = list(100_000, (i) => `{"id": "a${i}", "prompt": "{{v${i}}}"}\n`);
    expect(await answered("n.jsonl", cases)).toContain("10000 problems in");
    expect(await answered("n.json", document(cases.trim().replaceAll("\n", ",")))).toContain("10000 problems in");
  });

  it("whose templates expand to gigabytes are refused, as a whole or in parts", async () => {
    const variables = `{"v": "${"x".repeat(100_000)}"}`;
    expect(
      await answered("t.jsonl", `{"id": "a", "prompt": "${"{{v}}".repeat(200_000)}", "variables": ${variables}}\n`),
    ).toContain("more than 16 million characters");
    const turns = list(1000, () => `{"role": "user", "content": "{{v}}"},`).slice(0, -1);
    expect(
      await answered("t.json", document(`{"id": "a", "messages": [${turns}], "variables": ${variables}}`)),
    ).toContain("more than 16 million characters");
  });

  it("with a quote that is never closed, before millions of short lines, are told of at once", async () => {
    expect(await answered("q.csv", `id,prompt\na,"${"x\n".repeat(3 << 20)}`)).toContain(
      "its closing quote must be missing",
    );
  });

  it("with columns by the hundred thousand, or of a hundred thousand parts, are refused at once", async () => {
    const columns = Array.from({ length: 300_000 }, (_, i) => `c${i}`).join(",");
    const rows = "id,prompt\ra,b\r".repeat(300_000);
    const before = performance.now();
    expect(await told("wide.csv", `${columns}\n`)).toContain("300000 columns, and more than 16384 are not read");
    expect(await told("same.csv", `${"id,".repeat(300_000)}prompt\n`)).toContain("this table has 300001 columns");
    expect(await told("mac.csv", rows)).toContain("the lines of this table end in carriage returns alone");
    expect(await told("deep.csv", `id,prompt,variables.${"a.".repeat(100_000)}b\n1,x,2\n`)).toContain(
      "nested more than 200 levels deep",
    );
    expect(performance.now() - before).toBeLessThan(8000);
  });

  it("with a byte order mark and CRLF are read, and NUL bytes are told of", async () => {
    const row = '{"id": "a", "prompt": "p"}\r\n';
    expect(await loaded("a.jsonl", `\uFEFF${row}`)).toEqual([{ id: "a", prompt: "p" }]);
    expect(await loaded("a.csv", "\uFEFFid,prompt\r\na,p\r\n")).toEqual([{ id: "a", prompt: "p" }]);
    expect(await told("b.jsonl", `${row}\0\0\0\n`)).toContain("b.jsonl:2:1");
    expect(await told("c.jsonl", '{"id": "a\0", "prompt": "p"}\n')).toContain("control character");
  });

  it("with __proto__ and constructor as keys and variables change nothing else", async () => {
    const row =
      '{"id": "a", "prompt": "{{constructor}} {{p.__proto__}}", "variables": {"constructor": "c", "p": {"__proto__": "x"}}, "metadata": {"__proto__": {"polluted": 1}}}\n';
    const [first] = await loaded("a.jsonl", row);
    expect(renderTemplate(first?.prompt ?? "", first?.variables ?? {}).text).toBe("c x");
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    expect(await told("b.jsonl", '{"id": "a", "prompt": "{{constructor}} {{__proto__}}"}\n')).toContain(
      'no variable "constructor"',
    );
  });

  it("may have ids of any kind and length", async () => {
    const ids = ["../../etc/passwd", "a/b", "..", "a\nb", "\u001b[31m", "x".repeat(10_000), "__proto__"];
    const text = ids.map((id) => `${JSON.stringify({ id, prompt: "p" })}\n`).join("");
    expect((await loaded("a.jsonl", text)).map(({ id }) => id)).toEqual(ids);
  });
});

describe("a set of ids", () => {
  it("knows each id again with its place, as a map does", () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (ids) => {
        const [set, map] = [new IdSet(), new Map<string, number>()];
        for (const [index, id] of ids.entries()) {
          expect(set.add(id, index + 1)).toBe(map.get(id) ?? null);
          if (!map.has(id)) map.set(id, index + 1);
        }
      }),
    );
  });

  it("tells 200 000 similar ids apart", () => {
    const set = new IdSet();
    const doubles = Array.from({ length: 200_000 }, (_, n) => set.add(`case-${n}`, n + 1)).filter(
      (place) => place !== null,
    );
    expect(doubles).toEqual([]);
    expect(set.add("case-77", 1)).toBe(78);
    expect(hash64("ab")).not.toEqual(hash64("ba"));
  });
});

describe("templates", () => {
  it("never expand a value again, and answer any text", () => {
    const soup = fc.string({ unit: fc.constantFrom("{{", "}}", "a", "b", ".", "\\", " ", "$&", "$1", "__proto__") });
    fc.assert(
      fc.property(soup, soup, (template, value) => {
        const { text, unfilled } = renderTemplate(`${template}|{{a}}|`, { a: value });
        expect(text.endsWith(`|${value}|`)).toBe(true);
        expect(unfilled.every(({ name }) => name !== "a")).toBe(true);
      }),
    );
  });
});

it.each([
  ['{"id": "a", "prompt": "p"}\n', "jsonl"],
  ['{"name": "d", "test_cases": []}', "json"],
  ['{\n  "name": "d"', "json"],
  ["name: d\n", "yaml"],
  ["# yaml\n", "yaml"],
  ["id,prompt\n", "csv"],
  ['"id"\t"prompt"\n', "tsv"],
  ["PAR1....", "parquet"],
  ["hello", null],
])("the begin %j is taken for %s", (text, format) => {
  expect(sniffed(Buffer.from(text))).toEqual({ format, gzip: false });
});

describe("what is no file", () => {
  it("is refused at once: a device, a pipe, a folder without datasets", async () => {
    const pipe = join(folder, "pipe.jsonl");
    execFileSync("mkfifo", [pipe]);
    await expect(loadDataset(pipe)).rejects.toThrow(/is a pipe, not a file/);
    await expect(loadDataset("/dev/zero")).rejects.toThrow(/is a device, not a file/);
    await expect(loadDataset("/dev/zero", { format: "jsonl" })).rejects.toThrow(/is a device, not a file/);
    const empty = join(folder, "empty.jsonl");
    await mkdir(empty);
    await expect(loadDataset(empty)).rejects.toThrow(/holds no dataset file/);
  });

  it.each(["jsonl", "csv"])(
    "nor a %s file of one line of 2 GB, of which only the first 16 MB are read",
    async (ending) => {
      const path = join(folder, `line.${ending}`);
      await writeFile(path, "");
      // Without blocks on the disk, as the file system keeps it.
      await truncate(path, 2 * 1024 ** 3);
      await expect(loadDataset(path, { validateFirst: true })).rejects.toThrow(/longer than 16 MB/);
    },
  );
});

it("variables named like secrets are filled in like any other", async () => {
  const variables = { OPENAI_API_KEY: "k", password: "p", token: "t" };
  const [first] = await loaded(
    "a.jsonl",
    JSON.stringify({ id: "a", prompt: "{{OPENAI_API_KEY}}{{password}}", variables }),
  );
  expect(renderTemplate(first?.prompt ?? "", first?.variables ?? {}).text).toBe("kp");
});
