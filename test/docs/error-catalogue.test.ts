// docs/errors.md knows every failure code, every kind of command error and every exit code.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ADVICE } from "../../src/cli/failure-advice.ts";
import { EXIT, EXIT_OF_ERROR } from "../../src/cli/exit-codes.ts";
import { FAILURE_CODES } from "../../src/core/failure.ts";
import { ROOT } from "../support/cli.ts";

const PAGE = readFileSync(join(ROOT, "docs/errors.md"), "utf8");

/** The rows of the table under a heading, as cells. */
function tableUnder(heading: string): string[][] {
  const section = PAGE.split(/^## /mu).find((part) => part.startsWith(`${heading}\n`)) ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("|"));
  return rows.slice(2).map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const firstCells = (heading: string): string[] => tableUnder(heading).map(([first = ""]) => first.replaceAll("`", ""));

it("every failure code has one row, and no row is of a code that is none", () => {
  expect(firstCells("Failure codes").toSorted()).toEqual([...FAILURE_CODES].toSorted());
  expect(Object.keys(ADVICE).toSorted()).toEqual([...FAILURE_CODES].toSorted());
});

it("every row of a failure code says what it means and, unless it is reserved, what to do", () => {
  for (const [code = "", meaning = "", action = ""] of tableUnder("Failure codes")) {
    expect(`${code} ${meaning}`).toMatch(/^`\w+` \S+/u);
    if (!meaning.startsWith("reserved")) expect(`${code} ${action}`).toMatch(/^`\w+` \S+/u);
  }
});

it("every kind of command error has one row with its exit code", () => {
  const rows = tableUnder("Kinds of command error");
  const documented = Object.fromEntries(rows.map(([code = "", exit = ""]) => [code.replaceAll("`", ""), Number(exit)]));
  expect(documented).toEqual(EXIT_OF_ERROR);
});

it("every exit code has one row", () => {
  expect(firstCells("Exit codes").map(Number)).toEqual(Object.values(EXIT).toSorted((a, b) => a - b));
});
