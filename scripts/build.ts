// Bundles what runs into dist/: the command line, the library and the simulator's process. Node's loader takes longer
// over hundreds of small modules than over the code in them; declarations come from the compiler (npm run build).
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown, type OutputChunk } from "rolldown";

const root = fileURLToPath(new URL("../", import.meta.url));
const dist = join(root, "dist");

/** What every command needs before it knows which one it is. */
const LOADED_AT_ONCE = new Set(["commander"]);

/** Compiled into undici, whose folder does not say so. */
const LLHTTP = `llhttp (MIT), in undici

Copyright Fedor Indutny, 2018.

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`;

rmSync(dist, { recursive: true, force: true });
const bundle = await rolldown({
  cwd: root,
  input: { index: "src/index.ts", "cli/bin": "src/cli/bin.ts", "simulator/process": "src/simulator/process.ts" },
  platform: "node",
  // It compiles TypeScript of the user's, which is not to be bundled.
  external: ["jiti"],
  resolve: { mainFields: ["module", "main"] },
});
const { output } = await bundle.write({ dir: dist, format: "esm", chunkFileNames: "chunks/[name].js" });
const chunks = output.filter((file): file is OutputChunk => file.type === "chunk");

// What is two folders below the root in src/ must be so in dist/: package.json and the datasets are found from there.
const misplaced = chunks.find(({ fileName, code }) => code.includes("import.meta.url") && !fileName.includes("/"));
if (misplaced !== undefined) throw new Error(`${misplaced.fileName} looks for files beside itself; move that code`);

const atOnce = packagesIn(startOf("cli/bin.js")).filter((name) => !LOADED_AT_ONCE.has(name));
if (atOnce.length > 0) throw new Error(`every command would load ${atOnce.join(", ")} at its start; import them later`);

// A link to it (npm link, an installed clone) is run as a command.
chmodSync(join(dist, "cli/bin.js"), 0o755);

const licences = [...packagesIn(chunks).map(licenceOf), LLHTTP];
writeFileSync(join(dist, "THIRD-PARTY-LICENSES.txt"), licences.join(`\n${"-".repeat(80)}\n\n`));

/** The chunk and all that it imports before its first line runs. */
function startOf(fileName: string, seen = new Set<string>()): OutputChunk[] {
  const chunk = chunks.find((one) => one.fileName === fileName);
  if (chunk === undefined || seen.has(fileName)) return [];
  seen.add(fileName);
  return [chunk, ...chunk.imports.flatMap((imported) => startOf(imported, seen))];
}

/** The packages of which something is in the chunks, by name. */
function packagesIn(list: readonly OutputChunk[]): string[] {
  const inside = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//;
  const names = list.flatMap(({ moduleIds }) => moduleIds.flatMap((id) => inside.exec(id)?.[1] ?? []));
  return [...new Set(names)].toSorted();
}

function licenceOf(name: string): string {
  const folder = join(root, "node_modules", name);
  const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Record<string, string>;
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined && license === undefined) throw new Error(`${name} states no licence`);
  const text = file === undefined ? "" : `\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
  return `${name} ${version} (${license})\n${text}`;
}
