import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { collected } from "../../test/support/cases.ts";
import { fakeClock } from "../../test/support/fake-clock.ts";
import { systemClock } from "../core/clock.ts";
import { BenchError } from "../core/errors.ts";
import { loadDataset, type LoadOptions } from "./load.ts";
import { datasetUrl, httpGet } from "./sources/http-get.ts";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A server that answers each path as said, and keeps what it was asked. */
async function serve(
  answers: Record<string, Answer | string | object>,
): Promise<{ url: string; asked: IncomingMessage[] }> {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    const answer = answers[request.url ?? ""] ?? answers[(request.url ?? "").replace(/\?.*/, "")];
    if (answer === undefined) response.writeHead(404).end('{"error": "not found"}');
    else if (typeof answer === "function") answer(request, response);
    else response.end(typeof answer === "string" || Buffer.isBuffer(answer) ? answer : JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

async function idsOf(name: string, options: LoadOptions = {}): Promise<string[]> {
  const dataset = await loadDataset(name, options);
  const ids = (await collected(dataset.cases())).map(({ id }) => id);
  await dataset.close?.();
  return ids;
}

async function told(name: string, options: LoadOptions = {}): Promise<string> {
  const error: unknown = await loadDataset(name, options).catch((thrown: unknown) => thrown);
  return error instanceof BenchError ? `${error.message} => ${error.hint}` : String(error);
}

const rows = '{"id": "a", "prompt": "p"}\n{"id": "b", "prompt": "p"}\n';

describe("a dataset at an address", () => {
  it("is read by its name's ending, by --format, or by how it begins", async () => {
    const { url } = await serve({ "/x.jsonl": rows, "/y": gzipSync(rows), "/z.txt": "id,prompt\na,p\n" });
    expect(await idsOf(`${url}/x.jsonl`)).toEqual(["a", "b"]);
    expect(await idsOf(`${url}/y?raw=1`)).toEqual(["a", "b"]);
    expect(await idsOf(`${url}/z.txt`, { format: "csv" })).toEqual(["a"]);
    const dataset = await loadDataset(`${url}/x.jsonl`);
    expect(dataset).toMatchObject({
      name: "x",
      source: `${url}/x.jsonl`,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
    await dataset.close?.();
  });

  it("is followed through redirects, but only a few, and never to what is not encrypted", async () => {
    const to =
      (location: string): Answer =>
      (_, response) =>
        void response.writeHead(302, { location }).end();
    const { url } = await serve({
      "/a.jsonl": to("/b"),
      "/b": rows,
      "/loop": to("/loop"),
      "/out": to("http://example.com/x"),
    });
    expect(await idsOf(`${url}/a.jsonl`)).toEqual(["a", "b"]);
    expect(await told(`${url}/loop`)).toContain("redirects more than 5 times");
    expect(await told(`${url}/out`)).toContain("leads to http://example.com, which is not encrypted");
    expect(await told("http://example.com/a.jsonl")).toContain("Datasets are fetched over https: only");
    expect(() => datasetUrl("https://")).toThrow("not a valid address");
  });

  it("that is missing, cut off, out of reach or of no known format is told of", async () => {
    const cut: Answer = (_, response) => {
      response.writeHead(200, { "content-length": "1000" });
      response.write(rows, () => response.destroy());
    };
    const { url } = await serve({ "/cut.jsonl": cut, "/plain": "hello" });
    expect(await told(`${url}/none.jsonl`)).toContain("answered with status 404 => There is no such file");
    expect(await told(`${url}/cut.jsonl`)).toContain("cut.jsonl cannot be fetched");
    expect(await told("http://127.0.0.1:9/a.jsonl")).toMatch(/cannot be fetched: (ECONNREFUSED|bad port)/);
    expect(await told(`${url}/plain`)).toContain("does not show what format it has");
  });

  it("that is too large or falls silent is given up", async () => {
    const { url } = await serve({ "/large": "x".repeat(5000), "/silent": () => {} });
    const large = await httpGet(new URL(`${url}/large`), { clock: systemClock, maxBytes: 1000 });
    await expect(collected(large.body)).rejects.toThrow(/the most that is fetched/);
    const clock = fakeClock();
    const silent = httpGet(new URL(`${url}/silent`), { clock }).catch((error: unknown) => error);
    await clock.advance(30_000);
    expect(await silent).toMatchObject({ message: expect.stringContaining("nothing came for too long") as string });
  });

  it("that cannot be reached leaves no timer behind, which would keep the process alive", async () => {
    const clock = fakeClock();
    await expect(httpGet(new URL("http://127.0.0.1:1/a"), { clock })).rejects.toThrow(/cannot be fetched/);
    expect(clock.pending).toBe(0);
  });
});

describe("a dataset of the Hugging Face hub, from a local server of the documented shape", () => {
  const parquet = readFileSync(new URL("../../examples/datasets/questions.parquet", import.meta.url));
  const splits = (...all: [string, string][]): object => ({
    splits: all.map(([config, split]) => ({ dataset: "o/n", config, split })),
    pending: [],
    failed: [],
  });
  const env = (url: string): LoadOptions => ({ env: { HF_DATASETS_SERVER: url, HF_TOKEN: "hf_secret" } });

  it("is read from its Parquet files, with the token for the hub's own addresses only", async () => {
    const elsewhere = await serve({ "/file.parquet": parquet });
    const { url, asked } = await serve({ "/splits": splits(["main", "train"], ["main", "test"]), "/parquet": {} });
    const file = { dataset: "o/n", config: "main", split: "test", filename: "0000.parquet", size: parquet.length };
    const hub = await serve({
      "/splits": splits(["main", "train"], ["main", "test"]),
      "/parquet": {
        parquet_files: [{ ...file, url: `${elsewhere.url}/file.parquet` }],
        pending: [],
        failed: [],
        partial: false,
      },
    });
    const dataset = await loadDataset("hf:o/n", env(hub.url));
    expect(dataset.name).toBe("o/n");
    expect((await collected(dataset.cases())).map(({ id }) => id)).toEqual(["capital-france", "capital-japan", "sum"]);
    await dataset.close?.();
    expect(hub.asked.map(({ headers }) => headers.authorization)).toEqual(["Bearer hf_secret", "Bearer hf_secret"]);
    expect(elsewhere.asked.map(({ headers }) => headers.authorization)).toEqual([undefined]);
    expect(asked).toEqual([]);
    expect(await told("hf:o/n", env(url))).toContain("did not answer as the hub does");
  });

  it("is read row by row, a hundred at a time, where there are no Parquet files of all of it", async () => {
    const total = 230;
    const page: Answer = (request, response) => {
      const offset = Number(new URL(request.url ?? "", "http://x").searchParams.get("offset"));
      const answered = Array.from({ length: Math.min(100, total - offset) }, (_, i) => ({
        row_idx: offset + i,
        row: { id: `r${offset + i}`, prompt: "p", category: null },
        truncated_cells: [],
      }));
      response.end(
        JSON.stringify({ features: [], rows: answered, num_rows_total: total, num_rows_per_page: 100, partial: true }),
      );
    };
    const hub = await serve({
      "/splits": splits(["default", "test"]),
      "/parquet": { parquet_files: [], pending: [], failed: [], partial: true },
      "/rows": page,
    });
    const ids = await idsOf("hf:o/n/default?split=test", env(hub.url));
    expect(ids).toEqual(Array.from({ length: total }, (_, n) => `r${n}`));
  });

  it("that has no such split, is private, cut or not worked up is told of", async () => {
    const failing: Answer = (_, response) => void response.writeHead(500).end('{"error": "The dataset is too busy."}');
    const row = { row: { id: "a", prompt: "p" }, truncated_cells: ["prompt"] };
    const hub = await serve({
      "/splits": splits(["a", "train"], ["b", "train"]),
      "/parquet": failing,
      "/rows": { rows: [row], num_rows_total: 1 },
    });
    expect(await told("hf:o/n", env(hub.url))).toContain("o/n has several configurations => It has: a, b.");
    expect(await told("hf:o/n/a?split=tain", env(hub.url))).toContain("o/n has no split tain => Did you mean train?");
    expect(await told("hf:o/n/a", env(hub.url))).toContain("row 0 with its long texts cut off");
    expect(await told("hf:o", env(hub.url))).toContain("is not the name of a dataset of the hub");
    expect(await told("hf:o/n?revision=1", env(hub.url))).toContain("unknown part revision");
    expect(await told("hf:o/n", env((await serve({})).url))).toContain(
      "no dataset o/n that may be read => Check its name",
    );
    expect(await told("hf:o/n", env((await serve({ "/splits": failing })).url))).toContain("The dataset is too busy.");
  });
});
