import type { Dataset, TestCase } from "../../core/dataset.ts";
import { BenchError } from "../../core/errors.ts";
import { loadDataset } from "../../datasets/load.ts";
import { nearMiss } from "../../documents/suggest.ts";
import type { DatasetsFlags } from "./flags.ts";
import type { CliContext } from "../context.ts";
import { datasetAccess } from "../dataset-access.ts";
import { EXIT } from "../exit-codes.ts";
import { hasForeignFlags, readingFor } from "../foreign.ts";
import { sayOn } from "../say.ts";
import { shellWord } from "../shell-word.ts";
import { caseText, casesText } from "./show-text.ts";
import { shownCase, type ShownCase } from "./shown-case.ts";
import { styleFor } from "./style.ts";
import { jsonText } from "../json-text.ts";

/** Nobody reads a longer table, and a dataset may have millions of cases. */
const ROWS_SHOWN = 1000;

/** Runs `datasets show` and returns its exit code; throws `BenchError` for a dataset or a case that is not there. */
export async function showDataset(nameOrPath: string, flags: DatasetsFlags, context: CliContext): Promise<number> {
  const dataset = await loadDataset(nameOrPath, {
    ...datasetAccess(context),
    ...(await readingFor(flags, nameOrPath, context)),
  });
  try {
    await show(dataset, nameOrPath, flags, context);
    return EXIT.success;
  } finally {
    await dataset.close?.();
    context.stdin.close();
  }
}

async function show(dataset: Dataset, nameOrPath: string, flags: DatasetsFlags, context: CliContext): Promise<void> {
  const say = sayOn(context, false);
  for (const { kind, text } of dataset.notes ?? []) say(kind, text);
  if (flags.providers !== undefined) {
    if (flags.case === undefined) {
      throw new BenchError("usage", "--providers shows the request of one case", { hint: "Say which with --case ID." });
    }
    const { showRequests } = await import("./show-request.ts");
    await showRequests(await caseNamed(dataset, flags.case), dataset, flags.providers, flags.config ?? null, context);
  } else if (flags.case !== undefined) {
    const found = shownCase(await caseNamed(dataset, flags.case), dataset);
    const style = styleFor(context);
    const foldAt = context.stdout.isTTY === true ? style.width : null;
    context.stdout.write(flags.json === true ? jsonText(found) : caseText(found, style, foldAt));
  } else if (flags.json === true) {
    await writeJson(dataset, context);
  } else {
    await writeTable(dataset, hasForeignFlags(flags) ? null : nameOrPath, context);
  }
}

async function caseNamed(dataset: Dataset, id: string): Promise<TestCase> {
  const ids = new Set<string>();
  for await (const testCase of dataset.cases()) {
    if (testCase.id === id) return testCase;
    if (ids.size < ROWS_SHOWN) ids.add(testCase.id);
  }
  const meant = nearMiss(id, ids);
  throw new BenchError("usage", `${dataset.source} has no case "${id}"`, {
    hint:
      meant === null
        ? `llm-test-bench datasets show ${shellWord(dataset.source, "FILE")} lists its cases.`
        : `Did you mean "${meant}"?`,
  });
}

async function writeTable(dataset: Dataset, hintFor: string | null, context: CliContext): Promise<void> {
  const shown: ShownCase[] = [];
  let count = 0;
  for await (const testCase of dataset.cases()) {
    count += 1;
    if (shown.length < ROWS_SHOWN) shown.push(shownCase(testCase, dataset));
  }
  context.stdout.write(casesText(dataset, shown, count, styleFor(context)));
  const first = shellWord(shown[0]?.id ?? "ID", "ID");
  if (hintFor !== null) {
    sayOn(context, false)("hint", `llm-test-bench datasets show ${shellWord(hintFor, "FILE")} --case ${first}`);
  }
}

/** One object whose `cases` are written one by one: a large dataset is never whole in memory. */
async function writeJson(dataset: Dataset, { stdout }: CliContext): Promise<void> {
  const { name, version, description, source, sha256, defaults } = dataset;
  const head = jsonText({ name, version, description, source, sha256, defaults });
  stdout.write(`${head.slice(0, -"\n}\n".length)},\n  "cases": [`);
  let separator = "\n";
  for await (const testCase of dataset.cases()) {
    const text = jsonText(shownCase(testCase, dataset)).trimEnd();
    stdout.write(`${separator}    ${text.replaceAll("\n", "\n    ")}`);
    separator = ",\n";
  }
  stdout.write("\n  ]\n}\n");
}
