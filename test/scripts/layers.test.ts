import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";
import { layersIn, restrictions } from "../../scripts/layers/restrictions.ts";

const layers = layersIn(readFileSync("docs/architecture.md", "utf8"));

it("the table of layers has every folder of src", () => {
  const folders = readdirSync("src", { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(layers.map(({ folder }) => folder).sort()).toEqual(folders.map(({ name }) => name).sort());
});

it("no folder may import one that may import it", () => {
  for (const { folder, mayImport } of layers) {
    for (const name of mayImport) {
      expect(layers.find((other) => other.folder === name)?.mayImport).not.toContain(folder);
    }
  }
});

it("the linter finds an import against the layers at any depth, and lets the others be", () => {
  const directory = mkdtempSync(join(tmpdir(), "layers-"));
  try {
    mkdirSync(join(directory, "src/stats/deep/deeper"), { recursive: true });
    const write = (file: string, target: string): void =>
      writeFileSync(join(directory, file), `export { one } from "${target}";\n`);
    write("src/stats/a.ts", "../journal/x.ts");
    write("src/stats/deep/b.ts", "../../journal/x.ts");
    write("src/stats/deep/deeper/c.ts", "../../../index.ts");
    write("src/stats/deep/d.ts", "../../core/x.ts");
    const overrides = restrictions(layers);
    writeFileSync(join(directory, ".oxlintrc.json"), JSON.stringify({ categories: {}, rules: {}, overrides }));
    const bin = resolve("node_modules/.bin/oxlint");
    let found = "";
    try {
      execFileSync(bin, ["--format", "unix"], { cwd: directory, encoding: "utf8" });
    } catch (error) {
      found = (error as { stdout: string }).stdout;
    }
    const files = [...found.matchAll(/(\w)\.ts:.*no-restricted-imports/g)].map(([, name]) => name);
    expect(files).toEqual(expect.arrayContaining(["a", "b", "c"]));
    expect(files).toHaveLength(3);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
