import { textWidth } from "../core/text-width.ts";

/** A table of short texts; the first column names the row. */
export interface Table {
  readonly columns: readonly { readonly header: string; readonly align: "left" | "right" }[];
  readonly rows: readonly (readonly string[])[];
}

const GAP = "  ";
const SHORTEST_LABEL = 12;

/**
 * The lines of a table, aligned by what a terminal shows (wide characters count twice). When it is wider than `width`
 * the labels are shortened; what still does not fit follows in a further block, with the labels again.
 */
export function tableLines(table: Table, width: number): string[] {
  const widths = table.columns.map(({ header }, column) =>
    Math.max(textWidth(header), ...table.rows.map((row) => textWidth(row[column] ?? ""))),
  );
  const others = widths.slice(1).reduce((sum, each) => sum + GAP.length + each, 0);
  const label = Math.min(widths[0] ?? 0, Math.max(SHORTEST_LABEL, width - others));
  const lines: string[] = [];
  for (const columns of blocksOf(widths, label, width)) {
    if (lines.length > 0) lines.push("");
    for (const cells of [table.columns.map(({ header }) => header), ...table.rows]) {
      const texts = columns.map((column) => {
        const { align } = table.columns[column] ?? { align: "left" };
        return aligned(cells[column] ?? "", widths[column] ?? 0, align);
      });
      lines.push([aligned(shortened(cells[0] ?? "", label), label, "left"), ...texts].join(GAP).trimEnd());
    }
  }
  return lines;
}

/** Which columns stand together in each block; the label column is in all of them. */
function blocksOf(widths: readonly number[], label: number, width: number): number[][] {
  const blocks: number[][] = [[]];
  let used = label;
  for (let column = 1; column < widths.length; column += 1) {
    const needed = GAP.length + (widths[column] ?? 0);
    if (used + needed > width && blocks.at(-1)?.length !== 0) {
      blocks.push([]);
      used = label;
    }
    blocks.at(-1)?.push(column);
    used += needed;
  }
  return blocks;
}

/** Text cut in its middle to a width in columns: models differ in how their names end. */
export function shortened(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  const characters = Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
  const tail = firstOf(characters.toReversed(), Math.floor((width - 1) / 2))
    .toReversed()
    .join("");
  const head = firstOf(characters, width - 1 - textWidth(tail)).join("");
  return `${head}…${tail}`;
}

/** As many characters as fit. */
function firstOf(characters: readonly string[], width: number): string[] {
  const fitting: string[] = [];
  let used = 0;
  for (const character of characters) {
    used += textWidth(character);
    if (used > width) break;
    fitting.push(character);
  }
  return fitting;
}

function aligned(text: string, width: number, align: "left" | "right"): string {
  const padding = " ".repeat(Math.max(0, width - textWidth(text)));
  return align === "left" ? text + padding : padding + text;
}

/** The table in Markdown (GitHub's dialect); cells are escaped. */
export function tableMarkdown(table: Table): string {
  const rules = table.columns.map(({ align }) => (align === "left" ? "---" : "---:"));
  const header = table.columns.map((column) => escapeMarkdown(column.header));
  const rows = table.rows.map((cells) => cells.map(escapeMarkdown));
  return [header, rules, ...rows].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

/** Text that Markdown shows as it stands, on one line. */
export function escapeMarkdown(text: string): string {
  return text
    .replaceAll(/[\\`*<|[\]]|(?<!\w)_|_(?!\w)/g, "\\$&")
    .replaceAll(/\s*[\r\n]+\s*/g, " ")
    .replaceAll("~", "\\~");
}
