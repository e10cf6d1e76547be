// The documentation's commands, run as a reader would run them, against a simulator in place of the real endpoints.
import { spawn } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { it, vi } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import { startSimulator } from "../../src/simulator/server.ts";
import { CLI, ROOT, tempDir } from "../support/cli.ts";
import { docsSteps, type DocsStep } from "../support/docs-page.ts";
import { addresses } from "../support/servers.ts";

// Its pages wait for streams most of the time, so some go side by side.
vi.setConfig({ testTimeout: 240_000, maxConcurrency: 3 });

const PAGES = ["README.md", ...readdirSync(join(ROOT, "docs")).map((name) => `docs/${name}`)].filter((name) =>
  name.endsWith(".md"),
);
const WITH_STEPS = PAGES.map((name) => ({ name, steps: docsSteps(readFileSync(join(ROOT, name), "utf8")) })).filter(
  ({ steps }) => steps.some(({ kind }) => kind === "run"),
);

/** Tools that a page may use and a machine may lack; CI installs them. */
const OPTIONAL_TOOLS = ["jq"];

function onPath(tool: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => existsSync(join(folder, tool)));
}

/** A directory as a reader has it: the built-in datasets and examples in it, and the command on the PATH. */
function readersDirectory(): { cwd: string; bin: string } {
  const [cwd, bin] = [tempDir(), tempDir()];
  for (const folder of ["datasets", "examples"]) cpSync(join(ROOT, folder), join(cwd, folder), { recursive: true });
  const command = join(bin, "llm-test-bench");
  writeFileSync(command, `#!/bin/sh\nexec "${process.execPath}" "${CLI}" "$@"\n`);
  chmodSync(command, 0o755);
  return { cwd, bin };
}

/** The script with its addresses and keys, which are the reader's own, replaced by the simulator's. */
function forSimulator(script: string, url: string): string {
  return script
    .split("\n")
    .filter((line) => !/^\s*export [A-Z_]+_(API_KEY|BASE_URL)=/.test(line))
    .filter((line) => !OPTIONAL_TOOLS.some((tool) => new RegExp(`\\b${tool}\\b`).test(line) && !onPath(tool)))
    .join("\n")
    .replaceAll("http://127.0.0.1:8000", url);
}

async function run(script: string, options: { cwd: string; env: Record<string, string> }) {
  const child = spawn("bash", ["-euo", "pipefail", "-c", script], { ...options, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text: Buffer) => (output += text.toString()));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, output };
}

it.concurrent("getting started works without a key until it says that one is needed", async ({ expect }) => {
  const page = readFileSync(join(ROOT, "docs/getting-started.md"), "utf8");
  const steps = docsSteps(page.slice(0, page.indexOf("From here on you need a key")));
  expect(steps.filter(({ kind }) => kind === "run").length).toBeGreaterThanOrEqual(3);
  const { cwd, bin } = readersDirectory();
  const env = { PATH: `${bin}${delimiter}${process.env["PATH"] ?? ""}`, HOME: tempDir() };
  for (const step of steps) {
    if (step.kind === "file") writeFileSync(join(cwd, step.name), step.text);
    else expect(await run(step.script, { cwd, env })).toMatchObject({ code: 0 });
  }
});

it.concurrent.for(WITH_STEPS)("every command of $name runs", async ({ name, steps }, { expect, onTestFinished }) => {
  const { url, ...server } = await startSimulator({ ttftMs: 3, tpotMs: 1, tokens: 6, jitter: 0.2 }, systemClock);
  onTestFinished(() => server.close());
  const { cwd, bin } = readersDirectory();
  const PATH = `${bin}${delimiter}${process.env["PATH"] ?? ""}`;
  const env = { ...addresses(url), PATH, HOME: tempDir(), SIM_BASE_URL: `${url}/v1` };
  const take = async (step: DocsStep): Promise<void> => {
    if (step.kind === "file") {
      mkdirSync(dirname(join(cwd, step.name)), { recursive: true });
      writeFileSync(join(cwd, step.name), step.text.replaceAll("http://127.0.0.1:8000", url));
      return;
    }
    const { code, output } = await run(forSimulator(step.script, url), { cwd, env });
    const where = `${name}:${step.line}`;
    expect({ where, code, output: code === step.exits ? "" : output }).toEqual({ where, code: step.exits, output: "" });
  };
  for (const step of steps) await take(step);
});
