import { printable } from "../../core/printable.ts";
import { textWidth } from "../../core/text-width.ts";
import type { Dataset } from "../../core/dataset.ts";
import type { RequestMessage } from "../../core/request.ts";
import { line, renderText, type TextOptions } from "../../reports/view.ts";
import { jsonText } from "../json-text.ts";
import { parametersInWords, type ShownCase } from "./shown-case.ts";

type Style = Required<TextOptions>;

const SHORTEST_PROMPT = 24;
const LONGEST_CATEGORY = 24;
const GAPS = 6;
const INDENT = "  ";

/** A dataset as a table of its cases, each prompt cut to what is left of the line. */
export function casesText(
  { name, version, description, defaults }: Dataset,
  shown: readonly ShownCase[],
  count: number,
  style: Style,
): string {
  const widest = (header: string, texts: readonly string[]): number =>
    Math.max(textWidth(header), ...texts.map((text) => textWidth(text)));
  const ids = shown.map(({ id }) => id);
  const categories = shown.map(({ category }) => (category === null ? "–" : beginning(category, LONGEST_CATEGORY)));
  const used = widest("case", ids) + widest("category", categories) + GAPS;
  const left = Math.max(SHORTEST_PROMPT, style.width - used);
  const { system: _, ...parameters } = defaults;
  const table = {
    columns: ["case", "category", "prompt"].map((header) => ({ header, align: "left" as const })),
    rows: shown.map(({ id, prompt }, i) => [id, categories[i] ?? "", beginning(prompt, left)]),
  };
  const more = count - shown.length;
  const blocks = [
    ...(description === null ? [] : [line(description)]),
    line(`Parameters: ${parametersInWords(parameters)}`, "quiet"),
    table,
    ...(more > 0 ? [line(`… and ${more} more; --json has them all`, "quiet")] : []),
  ];
  return renderText([{ heading: `${name} ${version}, ${count} ${count === 1 ? "case" : "cases"}`, blocks }], style);
}

/**
 * A case in full. Prompts keep their lines and spaces: code would be another without them. Lines longer than `foldAt`
 * columns are folded at spaces; null leaves them whole, for files and pipes.
 */
export function caseText(shown: ShownCase, style: Style, foldAt: number | null): string {
  const head = renderText(
    [
      {
        heading: shown.id,
        blocks: [
          ...(shown.category === null ? [] : [line(`Category: ${shown.category}`)]),
          line(`Parameters: ${parametersInWords(shown.parameters)}`),
        ],
      },
    ],
    style,
  );
  const many = shown.references.length > 1;
  const parts: [string, string | null][] = [
    ["System", shown.system],
    ...(shown.messages ?? []).map(({ role, content }): [string, string] => [`Turn of the ${role}`, turnText(content)]),
    ["Prompt", shown.messages === undefined ? shown.prompt : null],
    ["Expected", shown.expected],
    ...shown.references.map((text, i): [string, string] => [many ? `Reference ${i + 1}` : "Reference", text]),
    ["Metadata", Object.keys(shown.metadata).length === 0 ? null : jsonText(shown.metadata).trimEnd()],
  ];
  return [head, ...parts.flatMap(([title, text]) => (text === null ? [] : [part(title, text, style, foldAt)]))].join(
    "\n",
  );
}

function part(title: string, text: string, { color }: Style, foldAt: number | null): string {
  const lines = printable(text)
    .split("\n")
    .flatMap((each) => (foldAt === null ? [each] : folded(each, foldAt - INDENT.length)))
    .map((each) => (INDENT + each).trimEnd());
  return `${color("heading", title)}\n${lines.join("\n")}\n`;
}

/** A turn as it is sent; images stand there as what they are. */
function turnText(content: RequestMessage["content"]): string {
  if (typeof content === "string") return content;
  const lines = content.map((piece) => {
    if (piece.type === "text") return piece.text;
    return "url" in piece
      ? `[image ${piece.url}]`
      : `[image ${piece.media_type}, ${piece.data.length} characters of base64]`;
  });
  return lines.join("\n");
}

/** A line in pieces that fit, cut at spaces; a word longer than that stays whole. */
function folded(text: string, width: number): string[] {
  if (textWidth(text) <= width) return [text];
  const pieces: string[] = [];
  let current = "";
  for (const [word] of text.matchAll(/\s*\S+/g)) {
    if (current !== "" && textWidth(current + word) > width) {
      pieces.push(current);
      current = word.trimStart();
    } else {
      current += word;
    }
  }
  return [...pieces, current];
}

/** The first words of a text on one line, cut to a width in columns. */
function beginning(text: string, width: number): string {
  // More than this no line shows; a prompt may hold a book.
  const flat = text
    .slice(0, width * 4)
    .replaceAll(/\s+/g, " ")
    .trim();
  if (flat.length === text.length && textWidth(flat) <= width) return flat;
  let cut = "";
  for (const { segment } of new Intl.Segmenter().segment(flat)) {
    if (textWidth(cut + segment) > width - 1) break;
    cut += segment;
  }
  return `${cut.trimEnd()}…`;
}
