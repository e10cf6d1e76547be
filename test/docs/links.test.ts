// Every link between the documents leads somewhere, and every page can be found.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../support/cli.ts";
import { anchorsOf, linksOf } from "../support/docs-links.ts";

/** Everything directly in a folder, from the root of the repository. */
const namesIn = (folder: string): string[] => readdirSync(join(ROOT, folder)).map((name) => join(folder, name));

const PAGES = ["", "docs", "docs/decisions", "examples"]
  .flatMap(namesIn)
  .filter((name) => name.endsWith(".md"))
  .toSorted();
const textOf = (page: string): string => readFileSync(join(ROOT, page), "utf8");

/** A link's file, from the root of the repository, and its anchor; null for what is on the web. */
function resolved(page: string, target: string): { path: string; anchor: string | null } | null {
  if (/^[a-z]+:/iu.test(target)) return null;
  const [path = "", anchor = null] = target.split("#", 2);
  const file = path === "" ? page : relative(ROOT, join(ROOT, dirname(page), decodeURI(path)));
  return { path: file.replace(/\/$/u, ""), anchor };
}

function problemOf(page: string, target: string): string | null {
  const where = resolved(page, target);
  if (where === null) return null;
  if (where.path.startsWith("..")) return "leads out of the repository";
  if (!existsSync(join(ROOT, where.path))) return "there is no such file";
  if (where.anchor === null || !where.path.endsWith(".md")) return null;
  return anchorsOf(textOf(where.path)).includes(where.anchor) ? null : "there is no such heading";
}

/** Everything that can be reached from a page by links, folders with all that is in them. */
function reachableFrom(start: string): Set<string> {
  const seen = new Set([start]);
  for (const page of seen) {
    if (!page.endsWith(".md")) continue;
    for (const { target } of linksOf(textOf(page))) {
      const path = resolved(page, target)?.path;
      if (path === undefined || !existsSync(join(ROOT, path))) continue;
      seen.add(path);
      if (!statSync(join(ROOT, path)).isDirectory()) continue;
      for (const name of namesIn(path)) seen.add(name);
    }
  }
  return seen;
}

describe("the documents", () => {
  it.each(PAGES)("%s has no link that leads nowhere", (page) => {
    const broken = linksOf(textOf(page)).flatMap(({ line, target }) => {
      const problem = problemOf(page, target);
      return problem === null ? [] : [`${page}:${line} ${target}: ${problem}`];
    });
    expect(broken).toEqual([]);
  });

  it.each(["README.md", "docs/README.md"])("can all be reached from %s", (start) => {
    const reachable = reachableFrom(start);
    expect(PAGES.filter((page) => page.startsWith("docs/") && !reachable.has(page))).toEqual([]);
  });

  it("are all named in the index itself", () => {
    const named = new Set(linksOf(textOf("docs/README.md")).map(({ target }) => target.split("#")[0]));
    const pages = PAGES.filter((page) => /^docs\/[^/]+\.md$/u.test(page) && page !== "docs/README.md");
    expect(pages.filter((page) => !named.has(relative("docs", page)))).toEqual([]);
  });
});

describe("what is taken for a link", () => {
  it("is what stands outside blocks of code", () => {
    const page = "a [b](c.md#d) and [`e`](f.md)\n```sh\n[g](h.md)\n```\n![i](j.png)\n";
    expect(linksOf(page)).toEqual([
      { line: 1, target: "c.md#d" },
      { line: 1, target: "f.md" },
      { line: 5, target: "j.png" },
    ]);
  });

  it("may lead to a heading as GitHub names it", () => {
    const page = "# `config show`: what rules, and why\n## Retries\n## Retries\n```sh\n# no heading\n```\n";
    expect(anchorsOf(page)).toEqual(["config-show-what-rules-and-why", "retries", "retries-1"]);
  });
});
