import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PublicExport } from "./public-api.ts";

/** Each example by the name of what it shows, as a module that imports the public names it uses. */
export function exampleModules(exports: readonly PublicExport[]): Map<string, string> {
  const values = new Set(exports.filter(({ kind }) => kind !== "type").map(({ name }) => name));
  const types = new Set(exports.map(({ name }) => name).filter((name) => !values.has(name)));
  const importing = (example: string): string => {
    const used = (names: ReadonlySet<string>): string =>
      [...names].filter((name) => new RegExp(`\\b${name}\\b`).test(example)).join(", ");
    const lines = [`import { ${used(values)} } from "llm-test-bench";`];
    lines.push(`import type { ${used(types)} } from "llm-test-bench";`, example, "export {};", "");
    return lines.join("\n");
  };
  const modules = new Map<string, string>();
  for (const { name, doc, members } of exports) {
    const documented = [{ label: name, doc }].concat(
      members.map((member) => ({ label: `${name}.${member.name}`, doc: member.doc })),
    );
    for (const { label, doc: own } of documented) {
      for (const [index, example] of (own?.examples ?? []).entries()) {
        modules.set(`${label}-${index + 1}`, importing(example));
      }
    }
  }
  return modules;
}

/** Type-checks modules as a program that uses the package at `root` would be; returns the compiler's complaints. */
export function typeErrors(modules: ReadonlyMap<string, string>, root: string): string {
  const directory = mkdtempSync(join(tmpdir(), "api-examples-"));
  try {
    const files = [...modules].map(([name, text]) => {
      const file = `${name}.mts`;
      writeFileSync(join(directory, file), text);
      return file;
    });
    const compilerOptions = {
      noUnusedLocals: false,
      typeRoots: [join(root, "node_modules/@types")],
      paths: { "llm-test-bench": [join(root, "src/index.ts")] },
    };
    const config = { extends: join(root, "tsconfig.json"), compilerOptions, include: [], files };
    writeFileSync(join(directory, "tsconfig.json"), JSON.stringify(config));
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, "-p", "."], {
      cwd: directory,
      encoding: "utf8",
    });
    return status === 0 ? "" : `${stdout}${stderr}`.trim();
  } finally {
    rmSync(directory, { recursive: true });
  }
}
