import { printableLine } from "../core/printable.ts";
import { textWidth } from "../core/text-width.ts";
import { escapeMarkdown, type Table, tableLines, tableMarkdown } from "./table.ts";

/** What a line means, for whoever gives it a colour. */
export type Tone = "heading" | "good" | "bad" | "warn" | "quiet";

/** A line of text; with depth 1 it belongs to the line above it. */
export interface Line {
  readonly text: string;
  readonly tone: Tone | null;
  readonly depth: 0 | 1;
}

/** A line of a section. */
export function line(text: string, tone: Tone | null = null, depth: 0 | 1 = 0): Line {
  return { text, tone, depth };
}

type Block = Line | Table;

/** What a report shows, independent of where. */
export interface Section {
  readonly heading: string;
  readonly blocks: readonly Block[];
}
export type View = readonly Section[];

/** How a view becomes text for a terminal. */
export interface TextOptions {
  /** Columns; 80 unless told. */
  readonly width?: number;
  /** Gives text a colour; left plain unless told. */
  readonly color?: Color;
}

type Color = (tone: Tone, text: string) => string;

const INDENT = "  ";

/** The view for a terminal: indented sections without frames, lines folded at the width. */
export function renderText(view: View, { width = 80, color = (_, text) => text }: TextOptions = {}): string {
  const sections = view.map(({ heading, blocks }) => {
    const lines = [color("heading", printableLine(heading))];
    for (const [i, block] of blocks.entries()) {
      const previous = blocks[i - 1];
      if (previous !== undefined && ("columns" in block || "columns" in previous)) lines.push("");
      lines.push(...("columns" in block ? tableText(block, width, color) : lineText(block, width, color)));
    }
    return lines.join("\n");
  });
  return `${sections.join("\n\n")}\n`;
}

function tableText(table: Table, width: number, color: Color): string[] {
  const [header = "", ...rows] = tableLines(printableTable(table), width - INDENT.length);
  return [INDENT + color("quiet", header), ...rows.map((row) => (row === "" ? "" : INDENT + row))];
}

function lineText({ text, tone, depth }: Line, width: number, color: Color): string[] {
  const indent = INDENT.repeat(depth + 1);
  const lines = folded(printableLine(text), width - indent.length);
  return lines.map((part) => indent + (tone === null ? part : color(tone, part)));
}

/** The view as Markdown: a heading a section, a list item a line. */
export function renderMarkdown(view: View): string {
  const sections = view.map(({ heading, blocks }) => {
    let text = `## ${escapeMarkdown(printableLine(heading))}\n`;
    for (const [i, block] of blocks.entries()) {
      const previous = blocks[i - 1];
      if (previous === undefined || "columns" in block || "columns" in previous) text += "\n";
      if ("columns" in block) text += tableMarkdown(printableTable(block));
      else text += `${INDENT.repeat(block.depth)}- ${escapeMarkdown(printableLine(block.text))}\n`;
    }
    return text;
  });
  return sections.join("\n");
}

/** Spaces to fold at: not between a number and its unit, nor after a relation sign. */
const FOLD = /(?<![=<≥]) +(?!(?:µs|ms|s|min|%|points|tokens\/s)(?:[ ,;)]|$)|[=<≥] )/;

/** Folds a text at its spaces; lines after the first are indented. A word longer than a line stays whole. */
function folded(text: string, width: number): string[] {
  const lines: string[] = [];
  let current = "";
  for (const word of text.split(FOLD)) {
    const longer = current === "" ? word : `${current} ${word}`;
    if (textWidth(longer) <= width || current === "") {
      current = longer;
    } else {
      lines.push(current);
      current = INDENT + word;
    }
  }
  return [...lines, current];
}

function printableTable({ columns, rows }: Table): Table {
  return { columns, rows: rows.map((cells) => cells.map(printableLine)) };
}
