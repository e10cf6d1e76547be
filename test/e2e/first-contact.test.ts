import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";
import { expect, it } from "vitest";
import { CLI, ROOT, tempDir } from "../support/cli.ts";

it.skipIf(process.platform === "win32")("the built file runs as a command, and hints name it as it was called", () => {
  const bin = join(tempDir(), "bin");
  const project = join(tempDir(), "project/node_modules/.bin");
  for (const folder of [bin, project]) {
    mkdirSync(folder, { recursive: true });
    symlinkSync(CLI, join(folder, "llm-test-bench"));
  }
  const PATH = [bin, process.env["PATH"]].join(delimiter);
  const helpOf = (command: string, cwd: string): string =>
    execFileSync(command, ["datasets", "--help"], { cwd, env: { PATH }, encoding: "utf8" });
  expect(helpOf(CLI, ROOT)).toContain("Usage: node dist/cli/bin.js datasets");
  expect(helpOf("llm-test-bench", ROOT)).toContain("Usage: llm-test-bench datasets");
  expect(helpOf(join(project, "llm-test-bench"), ROOT)).toContain("Usage: npx llm-test-bench datasets");
});
