import { z } from "zod";
import { BenchError } from "../../core/errors.ts";
import { shownAddress } from "../../core/shown-address.ts";
import { nearMiss } from "../../documents/suggest.ts";
import type { Part } from "../part.ts";
import { httpGet, MAX_DOWNLOAD_BYTES, type HttpOptions } from "./http-get.ts";
import { scratchOf } from "./scratch.ts";
import { download, fetchedSource, requireFound } from "./web.ts";

/** What `hf:owner/name[/config]?split=test` names. */
export interface HubName {
  readonly dataset: string;
  readonly config: string | null;
  readonly split: string | null;
}

/** Where the hub is and who asks. */
export interface Hub {
  /** Answers `/splits`, `/parquet`, `/rows`. */
  readonly server: URL;
  readonly options: HttpOptions;
}

/** The files of a dataset of the hub, downloaded. */
export interface HubDataset {
  readonly parts: readonly Part[];
  readonly close: () => Promise<void>;
}

const NAME = "hf:owner/name, hf:owner/name/config, and ?split=test after either";

/** Reads such a name; throws `BenchError("dataset")`. */
export function hubName(text: string): HubName {
  const [, owner, name, config, query] = /^hf:([\w.-]+)\/([\w.-]+)(?:\/([^?]+))?(?:\?(.*))?$/.exec(text) ?? [];
  const parameters = new URLSearchParams(query ?? "");
  const unknown = [...parameters.keys()].find((key) => key !== "split");
  if (owner === undefined || name === undefined || unknown !== undefined) {
    const what = unknown === undefined ? "is not the name of a dataset of the hub" : `has an unknown part ${unknown}`;
    throw new BenchError("dataset", `${text} ${what}`, { hint: `Names are ${NAME}.` });
  }
  return { dataset: `${owner}/${name}`, config: config ?? null, split: parameters.get("split") };
}

/**
 * The hub as the environment says: `HF_ENDPOINT` names another hub, `HF_DATASETS_SERVER` the server of its datasets
 * where that is not `datasets-server.` before the hub's name; `HF_TOKEN` is sent to these two only.
 */
export function hubOf(env: Readonly<Record<string, string | undefined>>, options: HttpOptions): Hub {
  const endpoint = new URL(env["HF_ENDPOINT"] ?? "https://huggingface.co");
  const server = new URL(env["HF_DATASETS_SERVER"] ?? `${endpoint.protocol}//datasets-server.${endpoint.host}`);
  const value = env["HF_TOKEN"]?.trim() ?? "";
  const token = value === "" ? {} : { token: { value, origins: [endpoint.origin, server.origin] } };
  return { server, options: { ...options, ...token } };
}

const splitsSchema = z.object({ splits: z.array(z.object({ config: z.string(), split: z.string() })) });
const parquetSchema = z.object({
  parquet_files: z.array(z.object({ config: z.string(), split: z.string(), url: z.string(), size: z.number() })),
  partial: z.boolean().optional(),
});
const rowsSchema = z.object({
  rows: z.array(z.object({ row: z.record(z.string(), z.unknown()), truncated_cells: z.array(z.string()) })),
  num_rows_total: z.number(),
});

/** Downloads a split of a dataset: its Parquet files where the hub has them all, else its rows, page by page. */
export async function hubDataset(name: HubName, hub: Hub): Promise<HubDataset> {
  const { config, split } = await chosenSplit(name, hub);
  const files = await parquetFiles(name.dataset, { config, split }, hub);
  if (files === null) return rowsDataset({ dataset: name.dataset, config, split }, hub);
  const size = files.reduce((sum, file) => sum + file.size, 0);
  if (size > MAX_DOWNLOAD_BYTES) throw tooLarge(name.dataset, size);
  const done: Awaited<ReturnType<typeof download>>[] = [];
  const close = async (): Promise<void> => void (await Promise.all(done.map((one) => one.close())));
  try {
    for (const { url } of files) done.push(await download(new URL(url), { ...hub.options, format: "parquet" }));
    return { parts: done.map(({ part }) => part), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function chosenSplit({ dataset, config, split }: HubName, hub: Hub): Promise<{ config: string; split: string }> {
  const { splits } = await asked("splits", { dataset }, splitsSchema, hub);
  const configs = [...new Set(splits.map((one) => one.config))];
  const chosen = config ?? (configs.length === 1 ? configs[0] : configs.find((one) => one === "default"));
  if (chosen === undefined || !configs.includes(chosen)) throw notOneOf(dataset, "configuration", chosen, configs);
  const names = splits.filter((one) => one.config === chosen).map((one) => one.split);
  const found = split ?? (names.length === 1 ? names[0] : names.find((one) => one === "test"));
  if (found === undefined || !names.includes(found)) throw notOneOf(dataset, "split", found, names);
  return { config: chosen, split: found };
}

function notOneOf(dataset: string, what: string, wanted: string | undefined, has: readonly string[]): BenchError {
  const message = wanted === undefined ? `${dataset} has several ${what}s` : `${dataset} has no ${what} ${wanted}`;
  const meant = wanted === undefined ? null : nearMiss(wanted, has);
  const list = `It has: ${has.slice(0, 20).join(", ")}${has.length > 20 ? ` and ${has.length - 20} more` : ""}.`;
  return new BenchError("dataset", message, {
    hint: `${meant === null ? "" : `Did you mean ${meant}? `}${list} Names are ${NAME}.`,
  });
}

type Wanted = { readonly config: string; readonly split: string };

/** Null where the hub has not made Parquet files of the whole dataset. */
async function parquetFiles(
  dataset: string,
  { config, split }: Wanted,
  hub: Hub,
): Promise<z.infer<typeof parquetSchema>["parquet_files"] | null> {
  try {
    const answer = await asked("parquet", { dataset, config }, parquetSchema, hub);
    const files = answer.parquet_files.filter((file) => file.config === config && file.split === split);
    return answer.partial === true || files.length === 0 ? null : files;
  } catch (error) {
    if (error instanceof BenchError && error.cause === NOT_READY) return null;
    throw error;
  }
}

/** The most that the server gives at once. */
const PAGE_ROWS = 100;

async function rowsDataset(wanted: Wanted & { readonly dataset: string }, hub: Hub): Promise<HubDataset> {
  const scratch = await scratchOf("rows.jsonl", rowLines(wanted, hub));
  const name = `${wanted.dataset} (${wanted.config}, ${wanted.split})`;
  const source = await fetchedSource(scratch.path, name);
  return { parts: [{ source, encoding: { format: "jsonl", gzip: false } }], close: () => scratch.remove() };
}

async function* rowLines(wanted: Wanted & { readonly dataset: string }, hub: Hub): AsyncGenerator<Uint8Array> {
  for (let offset = 0, total = 1; offset < total; offset += PAGE_ROWS) {
    const page = { ...wanted, offset: String(offset), length: String(PAGE_ROWS) };
    const { rows, num_rows_total } = await asked("rows", page, rowsSchema, hub);
    total = num_rows_total;
    if (rows.length === 0 && offset < total) throw unusable(wanted.dataset, `no rows from ${offset} on`);
    const cut = rows.findIndex((row) => row.truncated_cells.length > 0);
    if (cut !== -1) throw unusable(wanted.dataset, `row ${offset + cut} with its long texts cut off`);
    yield Buffer.from(rows.map(({ row }) => `${JSON.stringify(withoutNulls(row))}\n`).join(""));
  }
}

/** A column that has no value in a row is absent from the case. */
const withoutNulls = (row: Record<string, unknown>): object =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));

const unusable = (dataset: string, what: string): BenchError =>
  new BenchError("dataset", `the hub gives ${what} for ${dataset}`, {
    hint: "Download the dataset's files and name them.",
  });

const tooLarge = (dataset: string, size: number): BenchError =>
  new BenchError("dataset", `${dataset} has ${Math.round(size / 1024 / 1024)} MB, more than is fetched`, {
    hint: "Choose a smaller split, or download its files and name their folder.",
  });

/** Marks the answer that a dataset has not been worked up (yet). */
const NOT_READY = "not ready";

async function asked<T>(
  endpoint: string,
  parameters: Readonly<Record<string, string>>,
  schema: z.ZodType<T>,
  { server, options }: Hub,
): Promise<T> {
  const url = new URL(`${server.pathname.replace(/\/$/, "")}/${endpoint}`, server);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  const answer = await httpGet(url, { ...options, maxBytes: 64 * 1024 * 1024 });
  const pieces: Uint8Array[] = [];
  for await (const piece of answer.body) pieces.push(piece);
  const body = parsed(Buffer.concat(pieces).toString("utf8"));
  if (answer.status === 401 || answer.status === 403 || answer.status === 404) {
    throw new BenchError("dataset", `the hub has no dataset ${parameters["dataset"]} that may be read`, {
      hint: "Check its name. One that is private or gated needs HF_TOKEN, and its terms accepted on its page.",
    });
  }
  const error = z.object({ error: z.string() }).safeParse(body);
  if (error.success && answer.status >= 500) {
    throw new BenchError("dataset", `the hub cannot give ${parameters["dataset"]}: ${error.data.error}`, {
      hint: "Try again later, or download the dataset's files and name them.",
      cause: NOT_READY,
    });
  }
  requireFound(answer, url);
  const checked = schema.safeParse(body);
  if (checked.success) return checked.data;
  throw new BenchError("dataset", `${shownAddress(url.href)} did not answer as the hub does`, {
    hint: "Check HF_ENDPOINT and HF_DATASETS_SERVER.",
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
