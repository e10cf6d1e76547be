import { open } from "node:fs/promises";
import { resolve } from "node:path";
import type { TestCase } from "../core/dataset.ts";
import { messageOf, systemCodeOf } from "../core/errors.ts";
import type { Message, MessagePart } from "../core/message.ts";
import type { Problem } from "../documents/problem.ts";
import { pathText, type SourceDocument } from "../documents/source-document.ts";
import { IMAGE_TYPES_IN_WORDS, imageType } from "./image-type.ts";
import { filled } from "./render.ts";

/** What the APIs take at most for one image. */
const MAX_IMAGE_BYTES = 20 * 1024 * 1024;
/** Beyond this images are read again for each request. */
const MAX_KEPT_CHARS = 256 * 1024 * 1024;

type ImageData = Pick<Extract<MessagePart, { type: "image" }>, "data" | "media_type">;
type ReadImage = { readonly ok: true; readonly image: ImageData } | { readonly ok: false; readonly wrong: Wrong };
interface Wrong {
  readonly message: string;
  readonly hint: string;
}

/** Whether a case has an image in a file. */
export function hasImageFiles({ messages = [] }: TestCase): boolean {
  return messages.some(
    ({ content }) => typeof content !== "string" && content.some((part) => part.type === "image" && "file" in part),
  );
}

/** Reads the images that cases name as files, each file once. */
export class Images {
  readonly #folder: string | null;
  readonly #read = new Map<string, ReadImage>();
  #kept = 0;

  /** Paths start at `folder`; null for a dataset from elsewhere, which must not read this machine's files. */
  constructor(folder: string | null) {
    this.#folder = folder;
  }

  /**
   * The case with its images in base64, or what is wrong with them; `document` says where a path in the case stands,
   * and `named` how a reader would write it. For a case that is valid in itself.
   */
  async into(
    testCase: TestCase,
    document: () => SourceDocument,
    named: (path: string) => string,
  ): Promise<{ readonly testCase: TestCase; readonly problems: readonly Problem[] }> {
    const problems: Problem[] = [];
    const messages: Message[] = [];
    for (const [turn, { role, content }] of (testCase.messages ?? []).entries()) {
      if (typeof content === "string") {
        messages.push({ role, content });
        continue;
      }
      const parts: MessagePart[] = [];
      for (const [index, part] of content.entries()) {
        const read = part.type === "image" && part.file !== undefined ? await this.#image(part.file, testCase) : null;
        if (read === null) parts.push(part);
        else if (read.ok) parts.push({ type: "image", ...read.image });
        else {
          const path = ["messages", turn, "content", index, "file"];
          problems.push({ ...document().locate(path), path: named(pathText(path)), ...read.wrong });
        }
      }
      messages.push({ role, content: parts });
    }
    return { testCase: { ...testCase, messages }, problems };
  }

  async #image(template: string, testCase: TestCase): Promise<ReadImage> {
    if (this.#folder === null) {
      return wrong(
        "a dataset from elsewhere cannot name files of this machine",
        "Give the image as a url, or copy the dataset here.",
      );
    }
    const path = resolve(this.#folder, filled(template, testCase));
    const known = this.#read.get(path);
    if (known !== undefined) return known;
    const read = await readImage(path);
    const size = read.ok ? (read.image.data?.length ?? 0) : 0;
    if (this.#kept + size <= MAX_KEPT_CHARS) {
      this.#kept += size;
      this.#read.set(path, read);
    }
    return read;
  }
}

const wrong = (message: string, hint: string): ReadImage => ({ ok: false, wrong: { message, hint } });

async function readImage(path: string): Promise<ReadImage> {
  try {
    const handle = await open(path, "r");
    try {
      const stats = await handle.stat();
      if (!stats.isFile()) return wrong(`${path} is not a file`, "Name an image file.");
      if (stats.size > MAX_IMAGE_BYTES) {
        const size = Math.round(stats.size / 1024 / 1024);
        return wrong(`the image ${path} has ${size} MB, and 20 MB is the most`, "Make it smaller.");
      }
      const bytes = await handle.readFile();
      const media_type = imageType(bytes);
      if (media_type === null) {
        return wrong(`${path} is no image that can be sent`, `It begins like none of ${IMAGE_TYPES_IN_WORDS}.`);
      }
      return { ok: true, image: { media_type, data: bytes.toString("base64") } };
    } finally {
      await handle.close();
    }
  } catch (cause) {
    const missing = systemCodeOf(cause) === "ENOENT";
    return wrong(
      missing ? `there is no image ${path}` : `the image ${path} cannot be read: ${messageOf(cause)}`,
      missing ? "Paths of images start at the dataset's folder." : "Check the path and your right to read it.",
    );
  }
}
