/** A link or image of a page: where it stands and what it leads to. */
export interface DocsLink {
  readonly line: number;
  readonly target: string;
}

const FENCED = /^(```|~~~)[\s\S]*?^\1\s*$/gmu;
const LINK = /!?\[(?:[^\][]|\[[^\][]*\])*\]\(\s*<?(?<target>[^)>\s]+)>?(?:\s+"[^"]*")?\s*\)/gu;
const HEADING = /^#{1,6}\s+(?<text>.+?)\s*#*$/gmu;

/** The page with its blocks of code blanked out; line numbers stay. A link's own words may be code, so that stays. */
function withoutBlocks(page: string): string {
  return page.replaceAll(FENCED, (code) => code.replaceAll(/[^\n]/gu, " "));
}

/** Every inline link of a Markdown page outside of code. */
export function linksOf(page: string): DocsLink[] {
  const prose = withoutBlocks(page);
  return [...prose.matchAll(LINK)].map(({ index, groups }) => ({
    line: prose.slice(0, index).split("\n").length,
    target: groups?.["target"] ?? "",
  }));
}

/** The anchors that GitHub makes of a page's headings, in order. */
export function anchorsOf(page: string): string[] {
  const seen = new Map<string, number>();
  return [...withoutBlocks(page).matchAll(HEADING)].map(({ groups }) => {
    const slug = slugOf(groups?.["text"] ?? "");
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  });
}

function slugOf(heading: string): string {
  return heading
    .replaceAll(/\[(?<words>[^\]]*)\]\([^)]*\)/gu, "$<words>")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}_\- ]/gu, "")
    .replaceAll(" ", "-");
}
