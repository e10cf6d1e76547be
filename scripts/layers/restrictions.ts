/** A folder of `src/` and the folders that it may import. */
export interface Layer {
  readonly folder: string;
  readonly mayImport: readonly string[];
}

/** The table of folders in a page: `| folder | what | may import |`. Throws where a row names what no row defines. */
export function layersIn(markdown: string): Layer[] {
  const rows = [...markdown.matchAll(/^\| `([a-z]+)\/` *\|(?:[^|]*)\| ([^|]*?) *\|$/gm)];
  const folders = rows.map(([, folder = ""]) => folder);
  return rows.map(([, folder = "", words = ""], index) => ({
    folder,
    mayImport: allowed(words, { above: folders.slice(0, index), all: folders.filter((name) => name !== folder) }),
  }));
}

function allowed(
  words: string,
  { above, all }: { above: readonly string[]; all: readonly string[] },
): readonly string[] {
  if (words === "nothing of ours") return [];
  if (words === "all of the above") return above;
  if (words === "everything") return all;
  const named = words.split(", ");
  const unknown = named.find((name) => !all.includes(name));
  if (unknown !== undefined) throw new Error(`docs/architecture.md: no row of the table defines "${unknown}"`);
  return named;
}

/** The linter's rules, one for each folder that may not import everything, whatever depth a file is at. */
export function restrictions(layers: readonly Layer[]): { files: string[]; rules: Record<string, unknown> }[] {
  const all = layers.map(({ folder }) => folder);
  return layers.flatMap(({ folder, mayImport }) => {
    const forbidden = all.filter((name) => name !== folder && !mayImport.includes(name));
    if (forbidden.length === 0) return [];
    const list = mayImport.length === 0 ? "nothing of ours" : mayImport.join(", ");
    const pattern = {
      regex: `^(\\.\\./)+(${forbidden.map((name) => `${name}/`).join("|")}|index\\.ts)`,
      message: `src/${folder} may import ${list}; docs/architecture.md has the table`,
    };
    return [
      { files: [`src/${folder}/**/*.ts`], rules: { "no-restricted-imports": ["error", { patterns: [pattern] }] } },
    ];
  });
}
