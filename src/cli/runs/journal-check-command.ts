import { plannedOf } from "../../benchmark/saved-run.ts";
import { join, resolve } from "node:path";
import { BenchError } from "../../core/errors.ts";
import { checkRun, isClean, type CaseIdentity, type CheckedFile, type JournalCheck } from "../../journal/check.ts";
import { livingOwner } from "../../journal/lock.ts";
import { repairRun } from "../../journal/repair.ts";
import type { RepairedFile } from "../../journal/repair-manifest.ts";
import { isTaken, thingsInTheWay } from "../../journal/plain-file.ts";
import { LOCK_FILE, RUN_FILES } from "../../journal/run-files.ts";
import type { Table } from "../../reports/table.ts";
import { line, renderText, type Line, type Section } from "../../reports/view.ts";
import { PIPE_COLUMNS, shownPath } from "../bench/final-words.ts";
import { painter, wantsColor } from "../colors.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { sayOn } from "../say.ts";
import { jsonText } from "../json-text.ts";

/** The flags of `journal check`, as commander gives them. */
export interface JournalCheckFlags {
  repair?: boolean;
  json?: boolean;
}

/** More lines than this are counted instead of shown; `--json` has them all. */
const SHOWN = 20;

/** Runs `journal check` and returns its exit code; throws `BenchError`. */
export function checkJournal(directory: string, flags: JournalCheckFlags, context: CliContext): number {
  const path = resolve(context.cwd, directory);
  if (!RUN_FILES.some((name) => isTaken(join(path, name)))) {
    throw new BenchError("resume", `there is no run in ${path}: it has none of its files`, {
      hint: "Name the directory of a run.",
    });
  }
  const found = flags.repair === true ? repaired(path, context) : looked(path);
  const clean = isClean(found.after);
  const { stdout, env } = context;
  if (flags.json === true) {
    stdout.write(jsonText(jsonOf(found, clean)));
  } else {
    const width = Math.max(60, stdout.columns ?? PIPE_COLUMNS);
    const section = sectionOf(found, shownPath(path, context.cwd));
    stdout.write(renderText([section], { width, color: painter(wantsColor(stdout, env)) }));
    const hint = nextStep(found, shownPath(path, context.cwd));
    if (hint !== null) sayOn(context, false)("hint", hint);
  }
  return clean ? EXIT.success : EXIT.casesFailed;
}

/** What was there, what was done, and what is there now. */
interface Found {
  readonly check: JournalCheck;
  readonly repaired: readonly RepairedFile[];
  readonly after: JournalCheck;
  /** The process that writes there; null for none. */
  readonly writer: number | null;
}

function looked(path: string): Found {
  const isLockBlocked = thingsInTheWay(path).some(({ file }) => file === LOCK_FILE);
  const writer = isLockBlocked ? null : (livingOwner(path)?.pid ?? null);
  const check = checkRun(path, { beingWritten: writer !== null });
  return { check, repaired: [], after: check, writer };
}

function repaired(path: string, { clock }: CliContext): Found {
  const { check, repaired: files } = repairRun(path, clock);
  return { check, repaired: files, after: files.length === 0 ? check : checkRun(path), writer: null };
}

function jsonOf({ check, repaired: files, writer }: Found, clean: boolean): object {
  const { directory, manifest, manifest_problem, previous_problem, in_the_way, finished, lost } = check;
  return {
    directory,
    clean,
    manifest: { ok: manifest !== null, problem: manifest_problem, status: manifest?.status ?? null, previous_problem },
    in_the_way,
    files: check.files,
    finished,
    planned: plannedIn(check),
    lost,
    repaired: files,
    written_by_process: writer,
  };
}

const plannedIn = ({ manifest }: JournalCheck): number | null => (manifest === null ? null : plannedOf(manifest));

function sectionOf({ check, repaired: files, writer }: Found, directory: string): Section {
  const { manifest, manifest_problem, previous_problem } = check;
  const manifestLine =
    manifest === null
      ? line(`run.json: ${manifest_problem}`, "bad")
      : line(`run.json: good, the run is ${manifest.status}`);
  return {
    heading: `Journal in ${directory}`,
    blocks: [
      tableOf(check.files),
      manifestLine,
      ...(previous_problem === null ? [] : [line(`run.json.prev: ${previous_problem}`, "bad")]),
      ...check.in_the_way.map(({ file, kind }) => line(`${file} is ${kind}, not a file: it was not read`, "bad")),
      ...check.files.flatMap(problemLines),
      ...files.map(repairLine),
      ...(writer === null ? [] : [line(`process ${writer} writes there: this is how it was when it was read`, "warn")]),
      casesLine(check),
      ...(check.lost.length > 0 ? [line(`lost with damaged lines: ${listed(check.lost)}`, "warn")] : []),
    ],
  };
}

function tableOf(files: readonly CheckedFile[]): Table {
  return {
    columns: [
      { header: "file", align: "left" },
      { header: "lines", align: "right" },
      { header: "good", align: "right" },
    ],
    rows: files.map(({ file, present, lines, problems }) =>
      present ? [file, String(lines), String(lines - damagedIn(problems))] : [file, "–", "–"],
    ),
  };
}

const damagedIn = (problems: CheckedFile["problems"]): number => problems.filter(({ line: at }) => at > 0).length;

function problemLines({ file, problems }: CheckedFile): Line[] {
  const shown = problems.slice(0, SHOWN).map(({ line: number, problem, about }) => {
    const where = number === 0 ? file : `${file} line ${number}`;
    return line(`${where}: ${problem}${about === null ? "" : ` (${nameOf(about)})`}`, "bad");
  });
  const rest = problems.length - shown.length;
  return rest > 0 ? [...shown, line(`${file}: and ${rest} more lines`, "bad")] : shown;
}

const nameOf = ({ target, test_id, sample }: CaseIdentity): string =>
  `${target} ${test_id}${sample === 0 ? "" : `, sample ${sample}`}`;

function listed(cases: readonly CaseIdentity[]): string {
  const shown = cases.slice(0, SHOWN).map(nameOf).join("; ");
  return cases.length > SHOWN ? `${shown}; and ${cases.length - SHOWN} more` : shown;
}

function repairLine({ file, kept_lines, left_out_lines, original }: RepairedFile): Line {
  const counts = kept_lines === null ? "" : `: ${kept_lines} lines kept, ${left_out_lines} left out`;
  const kept = original === null ? "" : `; what was there is in ${original}`;
  return line(`${file} written anew${counts}${kept}`, "good");
}

function casesLine(check: JournalCheck): Line {
  const planned = plannedIn(check);
  if (planned === null) return line(`${check.finished} cases have a result`);
  const left = planned - check.finished;
  const rest = left > 0 ? `; a resume sends the other ${left}` : "";
  return line(`${check.finished} of ${planned} cases have a result${rest}`, left > 0 ? "warn" : "good");
}

function nextStep({ check, repaired: files, after, writer }: Found, directory: string): string | null {
  const repair = `llm-test-bench journal check ${directory} --repair`;
  const [blocked] = check.in_the_way;
  if (blocked !== undefined) return `move ${blocked.file} out of ${directory}, then check again`;
  if (after.manifest === null) {
    if (after.previous_good) return `put run.json.prev in place of run.json: ${repair}`;
    return "run.json cannot be repaired: restore it from a copy; the journal stays usable";
  }
  if (writer !== null) return null;
  // A missing file cannot be written anew: a resume begins it.
  const canBeRepaired = after.files.some(({ present, problems }) => present && problems.length > 0);
  if (canBeRepaired || after.previous_problem !== null) return `write damaged files anew: ${repair}`;
  const planned = plannedIn(after);
  const isLeft = planned === null ? after.manifest.status !== "finished" : planned > after.finished;
  if (isLeft) return `resume it: llm-test-bench resume ${directory}`;
  return files.length > 0 ? `write the exports anew: llm-test-bench resume ${directory}` : null;
}
