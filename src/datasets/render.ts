import type { TestCase } from "../core/dataset.ts";
import { BenchError } from "../core/errors.ts";
import type { Message, MessagePart } from "../core/message.ts";
import type { RequestMessage, RequestParameters, RequestPart } from "../core/request.ts";
import { ownSystem } from "./case-texts.ts";
import { quoted } from "../documents/words.ts";
import { MOST_CHARACTERS, renderTemplate } from "./template.ts";

/** What a case sends, with its variables filled in. */
export interface RenderedCase {
  /** Beside `messages` the text of the user's last turn. */
  readonly prompt: string;
  readonly messages?: readonly RequestMessage[];
  /** From the case itself, else from the dataset's `defaults`. */
  readonly system?: string;
}

/**
 * Fills a case's variables into its texts. Throws `BenchError("dataset")` for one that is missing, for template logic
 * and for a text that becomes too long, which a loaded dataset cannot have, and for an image whose file was not read.
 */
export function renderCase(testCase: TestCase, defaults: RequestParameters = {}): RenderedCase {
  const system = ownSystem(testCase) ?? defaults.system;
  const texts = system === undefined ? {} : { system: filled(system, testCase) };
  if (testCase.messages === undefined) return { prompt: filled(testCase.prompt ?? "", testCase), ...texts };
  const messages = testCase.messages.flatMap((message) => rendered(message, testCase));
  return { prompt: lastAsked(messages), messages, ...texts };
}

/** The prompt alone, of messages the text of the user's last turn; throws as `renderCase` does. */
export function renderPrompt(testCase: TestCase): string {
  const { prompt, messages } = testCase;
  if (messages === undefined) return filled(prompt ?? "", testCase);
  return lastAsked(messages.flatMap((message) => rendered(message, testCase)));
}

function lastAsked(messages: readonly RequestMessage[]): string {
  const content = messages.findLast(({ role }) => role === "user")?.content ?? "";
  if (typeof content === "string") return content;
  return content.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n");
}

/** A turn as it is sent; the system turn is not among them. */
function rendered({ role, content }: Message, testCase: TestCase): RequestMessage[] {
  if (role === "system") return [];
  if (typeof content === "string") return [{ role, content: filled(content, testCase) }];
  return [{ role, content: content.map((part) => renderedPart(part, testCase)) }];
}

function renderedPart(part: MessagePart, testCase: TestCase): RequestPart {
  if (part.type === "text") return { type: "text", text: filled(part.text, testCase) };
  const { url, file, data = "", media_type = "" } = part;
  if (file !== undefined) {
    throw new BenchError("dataset", `test case "${testCase.id}": the image ${file} was not read`, {
      hint: "Images by file are read when a dataset is loaded; elsewhere give them as data with their media_type.",
    });
  }
  if (url === undefined) return { type: "image", media_type, data };
  const address = filled(url, testCase);
  const [whole, type = "", base64 = ""] = /^data:(image\/[\w.+-]+);base64,(.*)$/s.exec(address) ?? [];
  return whole === undefined ? { type: "image", url: address } : { type: "image", media_type: type, data: base64 };
}

/** A text with the case's variables filled in; throws as `renderCase` does. */
export function filled(template: string, { id, variables = {} }: TestCase): string {
  const { text, unfilled, length } = renderTemplate(template, variables);
  const [first] = unfilled;
  if (first === undefined && length > MOST_CHARACTERS && length > template.length) {
    throw new BenchError("dataset", `test case "${id}" has too long a text with its variables filled in`, {
      hint: `At most ${MOST_CHARACTERS / 1024 / 1024} million characters are made of a template.`,
    });
  }
  if (first === undefined) return text;
  if (first.reason === "logic") {
    throw new BenchError("dataset", `test case "${id}": ${quoted(first.name)} is template logic, which is not run`, {
      hint: `Only {{name}} and {{a.b}} are filled in. If the text itself is meant, escape it: \\${first.placeholder.slice(0, 2)}.`,
    });
  }
  const what = first.reason === "missing" ? "has no value" : "is an object where text is needed";
  throw new BenchError("dataset", `test case "${id}": the variable "${first.name}" ${what}`, {
    hint: `Give it one under the case's variables, or write \\${first.placeholder} for the braces themselves.`,
  });
}
