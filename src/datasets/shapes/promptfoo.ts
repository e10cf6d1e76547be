import type { DocumentPath } from "../../documents/source-document.ts";
import { quoted } from "../../documents/words.ts";
import { defined, fieldAt, isFields, listOf, textAt, textOf, type Fields } from "./fields.ts";
import { answersFromAsserts } from "./promptfoo-asserts.ts";
import { FileFinder, fileNamed, notReadable, type NamedFiles } from "./promptfoo-files.ts";
import { promptsOf, type FoundPrompt } from "./promptfoo-prompts.ts";
import { testsOf, type FoundTest } from "./promptfoo-tests.ts";
import { variablesOf } from "./promptfoo-variables.ts";
import { notShaped, type NotShaped, type ShapedCase } from "./shape.ts";

/** A whole configuration of promptfoo as test cases. */
export type ShapedDocument =
  | {
      readonly ok: true;
      readonly description: string | null;
      readonly cases: readonly (ShapedCase & { readonly at: DocumentPath })[];
      /** What it asks for that has no equivalent here, each in one line. */
      readonly unsupported: readonly string[];
    }
  | {
      readonly ok: false;
      readonly problems: readonly NotShaped[];
      /** Names of files without which nothing more can be said, and where each stands first. */
      readonly missing: ReadonlyMap<string, DocumentPath>;
    };

export const PROMPTFOO_IN_WORDS = "promptfoo: prompts × tests";

const READ = new Set(["$schema", "description", "prompts", "tests", "defaultTest"]);
const READ_IN_TEST = new Set(["description", "vars", "assert", "metadata", "options"]);
const READ_IN_OPTIONS = new Set(["prefix", "suffix"]);
const ADVICE: Readonly<Record<string, string>> = {
  providers: "name the targets with --providers",
  targets: "name the targets with --providers",
  outputPath: "name the run directory with --output",
};

/** Whether a document is plainly a configuration of promptfoo. */
export function isPromptfoo(document: Fields): boolean {
  return (
    fieldAt(document, "prompts") !== undefined &&
    fieldAt(document, "tests") !== undefined &&
    fieldAt(document, "test_cases") === undefined
  );
}

/**
 * Every prompt with the variables of every test, as https://www.promptfoo.dev/docs/configuration/reference describes it.
 * What would change a prompt and cannot be read is a problem; what only concerns scores or the run is listed.
 */
export function promptfooCases(document: Fields, known: NamedFiles = new Map()): ShapedDocument {
  const problems: NotShaped[] = [];
  const unsupported = new Unsupported();
  const files = new FileFinder(known);
  for (const key of Object.keys(document)) {
    if (key === "scenarios") problems.push(notShaped([key], "scenarios cannot be read", "Write them as tests."));
    else if (!READ.has(key)) unsupported.add(`${key}: not used${Object.hasOwn(ADVICE, key) ? `; ${ADVICE[key]}` : ""}`);
  }
  const prompts = promptsOf(fieldAt(document, "prompts"), files, problems);
  const tests = testsOf(fieldAt(document, "tests"), files, problems);
  const base = defaultTestOf(fieldAt(document, "defaultTest"), files, problems);
  unsupported.keysOf(base, "defaultTest");
  const cases = tests.flatMap((found, index) => {
    unsupported.keysOf(found.test, "tests");
    return casesOfTest(found, { base, index, prompts, files, problems, unsupported });
  });
  if (files.missing.size > 0 || problems.length > 0) return { ok: false, problems, missing: files.missing };
  return { ok: true, description: textAt(document, "description"), cases, unsupported: unsupported.lines() };
}

function defaultTestOf(value: unknown, files: FileFinder, problems: NotShaped[]): Fields {
  const path = ["defaultTest"];
  if (value === undefined) return {};
  if (isFields(value)) return value;
  const name = typeof value === "string" ? fileNamed(value, true) : null;
  const wrong =
    name === null ? notShaped(path, "expected a test, or the name of a file with one") : notReadable(name, path);
  if (name === null || wrong !== null) {
    if (wrong !== null) problems.push(wrong);
    return {};
  }
  const [file] = files.find(name, path);
  if (file === undefined) return {};
  if (file.kind === "text" && isFields(file.value)) return file.value;
  problems.push(notShaped(path, `${file.path} holds no test`, "It must hold an object, with vars or the like."));
  return {};
}

interface Surroundings {
  readonly base: Fields;
  readonly index: number;
  readonly prompts: readonly FoundPrompt[];
  readonly files: FileFinder;
  readonly problems: NotShaped[];
  readonly unsupported: Unsupported;
}

function casesOfTest(
  { test, path, file }: FoundTest,
  { base, index, prompts, files, problems, unsupported }: Surroundings,
): (ShapedCase & { readonly at: DocumentPath })[] {
  const wrong = (problem: NotShaped): void => {
    problems.push(file === null ? problem : { ...problem, path, message: `${file}: ${problem.message}` });
  };
  const sets = variablesOf(base, test, { path, files });
  if (!sets.ok) {
    wrong(sets);
    return [];
  }
  const around = aroundOf(base, test);
  const asserts = [...(listOf(fieldAt(base, "assert")) ?? []), ...(listOf(fieldAt(test, "assert")) ?? [])];
  const ownMetadata = fieldAt(test, "metadata");
  const baseMetadata = fieldAt(base, "metadata");
  return sets.sets.flatMap((variables, set) => {
    const { answers, others } = answersFromAsserts(asserts, variables);
    for (const kind of others) unsupported.add(`assert ${kind}: no equivalent, kept in the metadata`);
    const id = `test-${index + 1}${sets.sets.length > 1 ? `.${set + 1}` : ""}`;
    const metadata = {
      ...(isFields(baseMetadata) ? baseMetadata : {}),
      ...(isFields(ownMetadata) ? ownMetadata : {}),
      ...defined({ description: textAt(test, "description") ?? undefined }),
      ...(asserts.length > 0 ? { assert: asserts } : {}),
    };
    return prompts.flatMap((prompt) => {
      const read = prompt.fields(around);
      if (!read.ok) {
        wrong({ ...read, path });
        return [];
      }
      const value = {
        id: prompts.length > 1 ? `${id}/${prompt.name}` : id,
        ...(prompts.length > 1 ? { category: prompt.name } : {}),
        ...read.fields,
        ...(Object.keys(variables).length > 0 ? { variables } : {}),
        ...answers,
        ...(Object.keys(metadata).length > 0 ? { metadata } : {}),
      };
      const inTest = (key: string): DocumentPath => (file === null ? [...path, key] : path);
      const from = {
        prompt: prompt.path,
        system: prompt.path,
        messages: prompt.path,
        variables: inTest("vars"),
        expected: inTest("assert"),
        references: inTest("assert"),
      };
      return [{ ok: true as const, at: path, value, from }];
    });
  });
}

/** What stands before and after each prompt of a test. */
function aroundOf(base: Fields, test: Fields): { prefix: string; suffix: string } | undefined {
  const [shared, own] = [fieldAt(base, "options"), fieldAt(test, "options")];
  const text = (key: string): string =>
    (isFields(own) ? textOf(fieldAt(own, key)) : null) ??
    (isFields(shared) ? textOf(fieldAt(shared, key)) : null) ??
    "";
  const [prefix, suffix] = [text("prefix"), text("suffix")];
  return prefix === "" && suffix === "" ? undefined : { prefix, suffix };
}

/** What was asked for and cannot be done, each thing once, with how often. */
class Unsupported {
  readonly #counts = new Map<string, number>();

  add(line: string): void {
    this.#counts.set(line, (this.#counts.get(line) ?? 0) + 1);
  }

  keysOf(test: Fields, where: string): void {
    for (const key of Object.keys(test)) {
      if (!READ_IN_TEST.has(key)) this.add(`${where}: ${quoted(key)} is not used`);
    }
    const options = fieldAt(test, "options");
    for (const key of isFields(options) ? Object.keys(options) : []) {
      if (!READ_IN_OPTIONS.has(key)) this.add(`${where}: ${quoted(`options.${key}`)} is not used`);
    }
  }

  lines(): string[] {
    return [...this.#counts].map(([line, count]) => (count > 1 ? `${line} (${count} times)` : line));
  }
}
