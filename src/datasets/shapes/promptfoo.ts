import type { DocumentPath } from "../../documents/source-document.ts";
import { quoted } from "../../documents/words.ts";
import { defined, fieldAt, isFields, listOf, textAt, type Fields } from "./fields.ts";
import { answersFromAsserts } from "./promptfoo-asserts.ts";
import { promptsOf, type FoundPrompt } from "./promptfoo-prompts.ts";
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
  | { readonly ok: false; readonly problems: readonly NotShaped[] };

export const PROMPTFOO_IN_WORDS = "promptfoo: prompts × tests";

const READ = new Set(["$schema", "description", "prompts", "tests", "defaultTest"]);
const READ_IN_TEST = new Set(["description", "vars", "assert", "metadata"]);
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
export function promptfooCases(document: Fields): ShapedDocument {
  const problems: NotShaped[] = [];
  const unsupported = new Unsupported();
  for (const key of Object.keys(document)) {
    if (key === "scenarios") problems.push(notShaped([key], "scenarios cannot be read", "Write them as tests."));
    else if (!READ.has(key)) unsupported.add(`${key}: not used${Object.hasOwn(ADVICE, key) ? `; ${ADVICE[key]}` : ""}`);
  }
  const prompts = promptsOf(fieldAt(document, "prompts"), problems);
  const tests = listOf(fieldAt(document, "tests"));
  if (tests === null) {
    problems.push(notShaped(["tests"], "expected a list of tests", "Tests in files of their own are not read."));
  }
  const given = fieldAt(document, "defaultTest");
  const base = isFields(given) ? given : {};
  if (given !== undefined && !isFields(given)) problems.push(notShaped(["defaultTest"], "expected a test"));
  unsupported.keysOf(base, "defaultTest");
  const cases = (tests ?? []).flatMap((test, index) => {
    const at = ["tests", index];
    if (!isFields(test)) {
      problems.push(notShaped(at, "expected a test with vars", "Tests in files of their own are not read."));
      return [];
    }
    unsupported.keysOf(test, "tests");
    return casesOfTest(test, { base, index, prompts, problems, unsupported });
  });
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, description: textAt(document, "description"), cases, unsupported: unsupported.lines() };
}

interface Surroundings {
  readonly base: Fields;
  readonly index: number;
  readonly prompts: readonly FoundPrompt[];
  readonly problems: NotShaped[];
  readonly unsupported: Unsupported;
}

function casesOfTest(
  test: Fields,
  { base, index, prompts, problems, unsupported }: Surroundings,
): (ShapedCase & { readonly at: DocumentPath })[] {
  const sets = variablesOf(base, test, index);
  if (!sets.ok) {
    problems.push(sets);
    return [];
  }
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
    return prompts.map((prompt) => ({
      ok: true as const,
      at: ["tests", index],
      value: {
        id: prompts.length > 1 ? `${id}/${prompt.name}` : id,
        ...(prompts.length > 1 ? { category: prompt.name } : {}),
        ...prompt.fields,
        ...(Object.keys(variables).length > 0 ? { variables } : {}),
        ...answers,
        ...(Object.keys(metadata).length > 0 ? { metadata } : {}),
      },
      from: {
        prompt: prompt.path,
        system: prompt.path,
        messages: prompt.path,
        variables: ["tests", index, "vars"],
        expected: ["tests", index, "assert"],
        references: ["tests", index, "assert"],
      },
    }));
  });
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
  }

  lines(): string[] {
    return [...this.#counts].map(([line, count]) => (count > 1 ? `${line} (${count} times)` : line));
  }
}
