import { stat, utimes } from "node:fs/promises";
import { BenchError } from "../../core/errors.ts";
import { shownAddress } from "../../core/shown-address.ts";
import type { DatasetFormat } from "../../core/dataset-format.ts";
import { encodingOf, type Encoding } from "../formats/format.ts";
import { encodingOfBytes, unknownFormat } from "../formats/sniff.ts";
import type { ByteSource } from "./byte-source.ts";
import type { Part } from "../part.ts";
import { fileSource } from "./file.ts";
import { httpGet, type HttpAnswer, type HttpOptions } from "./http-get.ts";
import { scratchOf } from "./scratch.ts";

/** A file that was downloaded, with the way to remove it. */
export interface Downloaded {
  readonly part: Part;
  readonly close: () => Promise<void>;
}

/** Fetches a dataset file to a temporary one; throws `BenchError("dataset")`. */
export async function download(
  address: URL,
  options: HttpOptions & { readonly format?: DatasetFormat | undefined },
): Promise<Downloaded> {
  const answer = await httpGet(address, options);
  requireFound(answer, address);
  const scratch = await scratchOf("download", answer.body);
  try {
    const source = await fetchedSource(scratch.path, shownAddress(address.href));
    const encoding = encodingIn(address, options.format) ?? (await encodingOfFile(source, options.format));
    return { part: { source, encoding }, close: () => scratch.remove() };
  } catch (error) {
    await scratch.remove();
    throw error;
  }
}

function encodingIn({ pathname }: URL, format?: DatasetFormat): Encoding | null {
  const named = encodingOf(pathname);
  return named === null || format === undefined ? named : { format, gzip: named.gzip };
}

async function encodingOfFile(source: Part["source"], format?: DatasetFormat): Promise<Encoding> {
  for await (const first of source.read()) {
    const encoding = encodingOfBytes(first, format);
    if (encoding !== null) return encoding;
    break;
  }
  throw unknownFormat(source.name);
}

/** A downloaded file. Its time of change says nothing, and must not differ when a resume downloads it again. */
export async function fetchedSource(path: string, name: string): Promise<ByteSource> {
  await utimes(path, 0, 0);
  return fileSource(path, await stat(path), name);
}

/** Throws `BenchError("dataset")` for an answer that is no file. */
export function requireFound({ status }: HttpAnswer, address: URL): void {
  if (status >= 200 && status < 300) return;
  const hints: Readonly<Record<number, string>> = {
    401: "It needs a login: download it yourself and name the file.",
    403: "It may not be read without rights: download it yourself and name the file.",
    404: "There is no such file: check the address.",
  };
  throw new BenchError("dataset", `${shownAddress(address.href)} answered with status ${status}`, {
    hint: hints[status] ?? "Try again later, or download the file yourself and name it.",
  });
}
