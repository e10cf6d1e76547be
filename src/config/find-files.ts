import { readdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { BenchError } from "../core/errors.ts";
import { setVariable } from "./environment.ts";
import type { Environment } from "./environment.ts";

const EXTENSIONS = ["yaml", "yml", "json", "ts", "js", "mjs"];

/** The nearest `llm-test-bench.config.*` from a folder upward, or null; throws when one folder has two. */
export async function findProjectFile(cwd: string): Promise<string | null> {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const file = await onlyFileOf(folder, "llm-test-bench.config");
    if (file !== null || dirname(folder) === folder) return file;
  }
}

/** The user's `llm-test-bench/config.*` in `$XDG_CONFIG_HOME` or `~/.config`, or null; throws when there are two. */
export async function findUserFile(home: string, env: Environment): Promise<string | null> {
  const configHome = setVariable(env, "XDG_CONFIG_HOME") ?? join(home, ".config");
  return onlyFileOf(join(configHome, "llm-test-bench"), "config");
}

async function onlyFileOf(folder: string, stem: string): Promise<string | null> {
  const present = await readdir(folder).catch((): string[] => []);
  const files = EXTENSIONS.map((extension) => `${stem}.${extension}`).filter((name) => present.includes(name));
  if (files.length > 1) {
    throw new BenchError("config", `${folder} has more than one configuration: ${files.join(", ")}`, {
      hint: "Keep one of them, or name the one to use: --config FILE",
    });
  }
  return files[0] === undefined ? null : join(folder, files[0]);
}
