/** A block of a page that is to be run or written, in the page's order. */
export type DocsStep =
  | { readonly kind: "run"; readonly line: number; readonly script: string; readonly exits: number }
  | { readonly kind: "file"; readonly line: number; readonly name: string; readonly text: string };

const FENCE = /^```(?<language>\w+)(?<options>.*)\n(?<body>[\s\S]*?)^```$/gmu;
const BEFORE = /^<!-- before: (?<command>[\s\S]+?) -->$/gmu;

/**
 * What a page of the documentation asks its reader to do:
 * - ` ```sh ` is run, in one directory a page; ` ```sh exits=1 ` must end with that code; ` ```sh shown-only ` is not run,
 *   for what needs a network, never ends, or is what CI itself does;
 * - ` ```yaml title=FILE ` (or any other language) is written to that file;
 * - `<!-- before: COMMAND -->` is run as well, for what the reader has and a fresh directory has not.
 */
export function docsSteps(page: string): DocsStep[] {
  const lineOf = (index: number): number => page.slice(0, index).split("\n").length;
  const steps: DocsStep[] = [];
  for (const { index, groups } of page.matchAll(FENCE)) {
    const { language = "", options = "", body = "" } = groups ?? {};
    const line = lineOf(index);
    const title = /\btitle=(\S+)/.exec(options)?.[1];
    if (title !== undefined) steps.push({ kind: "file", line, name: title, text: body });
    else if (language === "sh" && !options.includes("shown-only")) {
      steps.push({ kind: "run", line, script: body, exits: Number(/\bexits=(\d+)/.exec(options)?.[1] ?? 0) });
    }
  }
  for (const { index, groups } of page.matchAll(BEFORE)) {
    steps.push({ kind: "run", line: lineOf(index), script: groups?.["command"] ?? "", exits: 0 });
  }
  return steps.toSorted((a, b) => a.line - b.line);
}
