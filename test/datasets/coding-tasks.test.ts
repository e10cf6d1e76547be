import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { renderCase } from "../../src/datasets/render.ts";
import { ROOT, tempDir } from "../support/cli.ts";
import { builtIn } from "./built-in.ts";
import { CODING_REFERENCES } from "./coding-references.ts";

// Compilers, on a machine that may be busy with others.
vi.setConfig({ testTimeout: 60_000 });

const { dataset, cases, caseOf } = await builtIn("coding-tasks");

const NODE = process.execPath;
const JITI = join(ROOT, "node_modules/jiti/lib/jiti-cli.mjs");

/** How a program is run: one shell command in its folder, and the tool that must be installed for it. */
const RUN: Readonly<Record<string, { readonly tool: string; readonly command: string }>> = {
  ".mjs": { tool: NODE, command: `"${NODE}" main.mjs` },
  ".ts": { tool: NODE, command: `"${NODE}" "${JITI}" main.ts` },
  ".py": { tool: "python3", command: "python3 main.py" },
  ".c": { tool: "cc", command: "cc -Wall -Werror -o main main.c && ./main" },
  ".rs": { tool: "rustc", command: "rustc -o main main.rs && ./main" },
  ".java": { tool: "java", command: "java Main.java" },
  ".go": { tool: "go", command: "go run main.go" },
  ".sql": { tool: "sqlite3", command: "sqlite3 :memory: < main.sql" },
  ".sh": { tool: "bash", command: "bash main.sh" },
};

/** Of the languages, those that can be run here; Node's own always can. */
const runnable = (file: string): boolean => {
  const tool = RUN[extname(file)]?.tool ?? "";
  return tool === NODE || spawnSync(tool, ["-version"]).error === undefined;
};

function outputOf(file: string, program: string): string {
  const cwd = tempDir();
  writeFileSync(join(cwd, file), program);
  const { stdout, stderr, status } = spawnSync("sh", ["-c", RUN[extname(file)]?.command ?? ""], {
    cwd,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return stdout.trim();
}

const expectedOf = (id: string): string => caseOf(id).expected ?? "";
const READING = cases.filter(({ category }) => category === "reading").map(({ id }) => id);
const REFERENCES = Object.entries(CODING_REFERENCES).map(([id, reference]) => Object.assign({ id }, reference));

/** The program inside a prompt. */
function quotedProgram(id: string): { file: string; program: string } {
  const { prompt } = renderCase(caseOf(id), dataset.defaults);
  const [, language = "", program = ""] = /```(\w+)\n([\s\S]*?)```/.exec(prompt) ?? [];
  return { file: language === "python" ? "main.py" : "main.mjs", program };
}

describe("the dataset coding-tasks", () => {
  it("has a reference answer for every case that does not quote a whole program", () => {
    expect([...Object.keys(CODING_REFERENCES), ...READING].toSorted()).toEqual(cases.map(({ id }) => id).toSorted());
  });

  it.each(REFERENCES)("finds what it expects in a right answer to $id", ({ id, answer }) => {
    expect(answer).toContain(expectedOf(id));
    const references = caseOf(id).references ?? [];
    expect(references.filter((reference) => answer.includes(reference))).not.toEqual([]);
  });

  it.each(REFERENCES.filter(({ file }) => runnable(file)))(
    "has a right answer to $id, which was run",
    ({ file, answer, program, prints }) => {
      expect(outputOf(file, program(answer))).toBe(prints);
    },
  );

  it.each(READING.filter((id) => runnable(quotedProgram(id).file)))("expects what the program in %s prints", (id) => {
    const { file, program } = quotedProgram(id);
    expect(outputOf(file, program)).toBe(expectedOf(id));
  });
});
