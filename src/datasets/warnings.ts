import type { TestCase } from "../core/dataset.ts";
import { bareDuration } from "../core/duration.ts";
import { textNumbers } from "../core/written-number.ts";
import type { RequestParameters } from "../core/request.ts";
import type { DocumentPath } from "../documents/source-document.ts";
import { writtenJsonText } from "../documents/written-json-text.ts";
import { quoted } from "../documents/words.ts";
import { caseTexts, ownSystem } from "./case-texts.ts";
import { hash64, IdSet } from "../core/id-set.ts";
import { renderTemplate, templateVariables, variableNames } from "./template.ts";

/** Something about a test case that is allowed and probably not meant. */
export interface CaseWarning {
  readonly kind:
    | "unused_variable"
    | "duplicate_prompt"
    | "same_but_for_id"
    | "blank_expected"
    | "long_prompt"
    | "bare_timeout";
  readonly test_id: string;
  /** The way to it inside the case. */
  readonly path: DocumentPath;
  readonly message: string;
}

const LONG_TEXT_CHARS = 1_000_000;

/** A prompt of this many characters takes about 25 000 tokens: rather a file pasted by mistake. */
const LONG_PROMPT_CHARS = 100_000;

/**
 * Looks at one case after another and says what is odd about each. What it remembers of earlier cases is about 30 bytes each,
 * so that it serves for files of any length.
 */
export class CaseWarnings {
  readonly #prompts = new IdSet();
  readonly #defaultSystem: string;
  #seen = 0;

  constructor(defaults: RequestParameters = {}) {
    this.#defaultSystem = defaults.system ?? "";
  }

  of(testCase: TestCase): CaseWarning[] {
    this.#seen += 1;
    const { id, expected, config } = testCase;
    const doubt = config?.timeout === undefined ? null : bareDuration(config.timeout);
    const length = promptLength(testCase);
    const asked = [testCase.messages === undefined ? "prompt" : "messages"];
    const warn = (kind: CaseWarning["kind"], path: DocumentPath, message: string): CaseWarning => ({
      kind,
      test_id: id,
      path,
      message,
    });
    return [
      ...this.#unused(testCase).map((name) =>
        warn("unused_variable", ["variables", ...name.split(".")], `the variable ${quoted(name)} is used nowhere`),
      ),
      ...this.#repeated(testCase).map(([kind, message]) => warn(kind, asked, message)),
      ...(expected?.trim() === ""
        ? [warn("blank_expected", ["expected"], "expected is blank: leave it out, or say what is right")]
        : []),
      ...(length > LONG_PROMPT_CHARS
        ? [warn("long_prompt", asked, `the prompt has ${length} characters, about ${Math.round(length / 4)} tokens`)]
        : []),
      ...(doubt === null ? [] : [warn("bare_timeout", ["config", "timeout"], `its timeout ${doubt}`)]),
    ];
  }

  #unused(testCase: TestCase): string[] {
    const used = new Set(this.#texts(testCase).flatMap(templateVariables));
    return variableNames(testCase.variables ?? {}).filter((name) => !used.has(name));
  }

  #texts(testCase: TestCase): string[] {
    const own = caseTexts(testCase).map(({ text }) => text);
    return ownSystem(testCase) === undefined ? [...own, this.#defaultSystem] : own;
  }

  /** One set serves both questions: beside the number of the case stands a check of its whole content. */
  #repeated(testCase: TestCase): [CaseWarning["kind"], string][] {
    const { id: _id, ...content } = testCase;
    const check = hash64(JSON.stringify(textNumbers(content)))[1] % CHECKS;
    const roles = testCase.messages?.map(({ role }) => role) ?? [];
    const { variables = {} } = testCase;
    const texts = this.#texts(testCase).map((text) => {
      // What expands to a book is told apart by what it is made of.
      const rendered = renderTemplate(text, variables, LONG_TEXT_CHARS);
      return rendered.length > LONG_TEXT_CHARS ? text + writtenJsonText(variables) : rendered.text;
    });
    const before = this.#prompts.add(
      [...roles, ...texts, ...imagesIn(testCase)].join("\0"),
      this.#seen * CHECKS + check,
    );
    if (before === null) return [];
    const earlier = Math.floor(before / CHECKS);
    if (before % CHECKS === check) {
      return [["same_but_for_id", `it differs from case ${earlier} of the dataset in its id only`]];
    }
    return [["duplicate_prompt", `it sends the same prompt as case ${earlier} of the dataset`]];
  }
}

/** Images in base64, which tell apart what asks the same of different pictures. */
function imagesIn({ messages = [] }: TestCase): string[] {
  const parts = messages.flatMap(({ content }) => (typeof content === "string" ? [] : content));
  return parts.flatMap((part) => (part.type === "image" && part.data !== undefined ? [part.data] : []));
}

function promptLength(testCase: TestCase): number {
  return caseTexts(testCase).reduce(
    (sum, { path, text }) => (path[0] === "prompt" || path[0] === "messages" ? sum + text.length : sum),
    0,
  );
}

/** A million values: enough to tell apart the contents of cases with the same prompt. */
const CHECKS = 2 ** 20;
