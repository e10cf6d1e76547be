import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

const FLOOR = { statements: 85, lines: 85 };
const folders = readdirSync("src", { withFileTypes: true }).filter((entry) => entry.isDirectory());
// The newer commands run mostly as processes of their own, in the end-to-end tests, where coverage does not see them.
const CLI_FLOOR = { statements: 75, lines: 75 };
const floorOfEach = Object.fromEntries(
  folders.map(({ name }) => [`src/${name}/**/*.ts`, name === "cli" ? CLI_FLOOR : FLOOR]),
);

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    // A real model takes an install of its own, real APIs take keys and money: `npm run test:real`, `npm run test:live`.
    exclude: [
      ...(process.env["TEST_REAL"] === undefined ? ["test/real/**"] : []),
      ...(process.env["TEST_LIVE"] === undefined ? ["test/live/**"] : []),
    ],
    // Most of the time goes to waiting: for processes, for streams with a pace. Vitest's own number on two cores is one.
    maxWorkers: Math.max(4, availableParallelism()),
    testTimeout: 60_000,
    hookTimeout: 30_000,
    reporters: ["default", ["json", { outputFile: "coverage/tests.json" }]],
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      // The entries of processes of their own run in the end-to-end tests, where coverage does not see them.
      exclude: ["src/**/*.test.ts", "src/cli/bin.ts", "src/simulator/process.ts"],
      reporter: ["text-summary", "json-summary"],
      thresholds: { ...FLOOR, ...floorOfEach },
    },
  },
});
