import { join } from "node:path";
import { expect, it } from "vitest";
import { ROOT, startCli } from "../support/cli.ts";

const PRELOAD = join(ROOT, "test/fixtures/preloads/warnings.cjs");

it("no warning of Node or of a library reaches stderr, with more targets than Node expects listeners", async () => {
  const targets = Array.from({ length: 12 }, (_, i) => `t${i}=sim:fast`).join(",");
  const run = await startCli(["bench", "coding-tasks", "--limit", "1", "-p", targets, "-o", "out", "--quiet"], {
    env: { NODE_OPTIONS: `--require ${PRELOAD}` },
  }).done;
  expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 0, stderr: "" });
}, 60_000);
