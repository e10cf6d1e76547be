import type { Dataset, TestCase } from "../../core/dataset.ts";
import type { RequestMessage } from "../../core/request.ts";
import { renderCase } from "../../datasets/render.ts";
import { jsonLine } from "../json-text.ts";

/** A case as it would be sent, and what is known about a right answer. */
export interface ShownCase {
  readonly id: string;
  readonly category: string | null;
  /** Its variables filled in; the system text too. */
  readonly prompt: string;
  /** A conversation that is sent in place of the prompt, which is then the text of the user's last turn. */
  readonly messages?: readonly RequestMessage[];
  readonly system: string | null;
  readonly expected: string | null;
  readonly references: readonly string[];
  /** The case's own over the dataset's defaults; flags and configuration are not looked at. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** What `datasets show` shows of a case. */
export function shownCase(testCase: TestCase, { defaults }: Pick<Dataset, "defaults">): ShownCase {
  const { prompt, messages, system = null } = renderCase(testCase, defaults);
  const { system: _, ...parameters } = { ...defaults, ...testCase.config };
  return {
    id: testCase.id,
    category: testCase.category ?? null,
    prompt,
    ...(messages === undefined ? {} : { messages }),
    system,
    expected: testCase.expected ?? null,
    references: testCase.references ?? [],
    parameters,
    metadata: testCase.metadata ?? {},
  };
}

/** `temperature 0, max_tokens 512`, or that there are none. */
export function parametersInWords(parameters: ShownCase["parameters"]): string {
  const words = Object.entries(parameters).map(
    ([name, value]) => `${name} ${typeof value === "string" ? value : jsonLine(value)}`,
  );
  return words.length === 0 ? "none" : words.join(", ");
}
