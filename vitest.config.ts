import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const FLOOR = { statements: 85, lines: 85 };
const folders = readdirSync("src", { withFileTypes: true }).filter((entry) => entry.isDirectory());
const floorOfEach = Object.fromEntries(folders.map(({ name }) => [`src/${name}/**/*.ts`, FLOOR]));

/** Test files that take longest, longest first: one that began last would keep all other workers waiting. */
const LONGEST = [
  "chaos",
  "docs",
  "hostile",
  "calibrate",
  "load-shapes",
  "dataset-streams",
  "interrupt",
  "resume-command",
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rankOf = ({ moduleId }: TestSpecification): number => {
      const rank = LONGEST.findIndex((name) => moduleId.endsWith(`/e2e/${name}.test.ts`));
      if (rank >= 0) return rank;
      return LONGEST.length + (moduleId.includes("/e2e/") ? 0 : 1);
    };
    return (await super.sort(files)).toSorted((a, b) => rankOf(a) - rankOf(b));
  }
}

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    // The modules hold no state, so the files of a worker can share them: that takes a third less CPU.
    isolate: false,
    setupFiles: ["test/setup.ts"],
    // A real model takes an install of its own, real APIs take keys and money: `npm run test:real`, `npm run test:live`.
    exclude: [
      ...(process.env["TEST_REAL"] === undefined ? ["test/real/**"] : []),
      ...(process.env["TEST_LIVE"] === undefined ? ["test/live/**"] : []),
    ],
    // Most of the time goes to waiting: for processes, for streams with a pace. Vitest's own number on two cores is one.
    maxWorkers: Math.max(4, availableParallelism()),
    sequence: { sequencer: LongestFirst },
    testTimeout: 60_000,
    hookTimeout: 30_000,
    // What is waited for comes when the machine gets to it; Vitest's own limit of a second is over before, on a busy one.
    expect: { poll: { timeout: 30_000, interval: 20 } },
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
