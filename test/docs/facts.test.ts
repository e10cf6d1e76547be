// What the documentation says of the product's own output is what the product prints.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import { resultsFileSchema } from "../../src/core/run.ts";
import { startSimulator, type Simulator } from "../../src/simulator/server.ts";
import { ROOT } from "../support/cli.ts";
import { runInProcess } from "../support/in-process.ts";

const textOf = (page: string): string => readFileSync(join(ROOT, page), "utf8");
const PAGES = ["README.md", ...readdirSync(join(ROOT, "docs")).map((name) => `docs/${name}`)].filter((name) =>
  name.endsWith(".md"),
);
const NUMBERS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

it("versions of built-in datasets are those of the files", () => {
  const quoted = PAGES.flatMap((page) => {
    const named = textOf(page).matchAll(/\b([a-z]+(?:-[a-z]+)+) (\d+\.\d+\.\d+)\b/g);
    return Array.from(named, ([, name = "", version = ""]) => ({ page, name, version }));
  }).filter(({ name }) => readdirSync(join(ROOT, "datasets")).includes(`${name}.json`));
  expect(quoted.length).toBeGreaterThan(0);
  for (const { page, name, version } of quoted) {
    const file = JSON.parse(textOf(`datasets/${name}.json`)) as { version: string };
    expect({ page, name, version }).toEqual({ page, name, version: file.version });
  }
});

it("tables of levels are of a target that the command before them names", () => {
  for (const page of ["docs/guide.md"]) {
    const text = textOf(page);
    const shown = /^(?:Levels|Search for the highest concurrency) of (\S+)$/m.exec(text);
    const before = text.slice(0, shown?.index ?? 0);
    const command = Array.from(before.matchAll(/^llm-test-bench bench .*--(?:sweep|find-max-concurrency).*$/gm)).at(-1);
    const targets = / -p (\S+)/.exec(command?.[0] ?? "")?.[1]?.split(",") ?? [];
    expect(targets.map((target) => target.split("=")[0])).toContain(shown?.[1]);
  }
});

describe("the guide", () => {
  let cwd: string;
  let simulator: Simulator;
  beforeAll(async () => {
    cwd = mkdtempSync(join(tmpdir(), "facts-"));
    simulator = await startSimulator({ ttftMs: 2, tpotMs: 0.2, tokens: 4 }, systemClock);
  });
  afterAll(async () => {
    await simulator.close();
    rmSync(cwd, { recursive: true });
  });

  /** The command of the guide that holds a text, run as it stands there. */
  async function shown(holds: string): Promise<string> {
    const command = textOf("docs/guide.md")
      .split("\n")
      .find((line) => line.startsWith("llm-test-bench bench ") && line.includes(holds));
    const args = (command ?? "").split(" ").slice(1);
    const { code, stdout } = await runInProcess(args, { cwd, env: { SIM_BASE_URL: simulator.url } });
    expect(code).toBe(0);
    return stdout;
  }

  it("counts the comparisons of its runs as they do", async () => {
    const guide = textOf("docs/guide.md");
    const stdout = await shown("-o ./aa");
    const { comparison } = resultsFileSchema.parse(JSON.parse(readFileSync(join(cwd, "aa/results.json"), "utf8")));
    const tests = comparison.filter(({ p }) => p !== null).length;
    expect(stdout).toContain(`p-values are adjusted for ${tests} comparisons (Holm)`);
    expect(guide).toContain(`p-values are adjusted for ${tests} comparisons (Holm)`);
    expect(guide).toContain(`Among its ${NUMBERS[tests]} comparisons`);
    expect(guide).toContain(`adjusted for the ${NUMBERS[tests]} it is`);
  });
});
