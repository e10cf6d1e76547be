import { isAlias, isCollection, isMap, isNode, isScalar, isSeq, parseDocument, visit } from "yaml";
import type { Document, Node, YAMLParseError, YAMLWarning } from "yaml";
import { messageOf } from "../core/errors.ts";
import { isTooDeep, TOO_DEEP } from "./depth.ts";
import { positionFinder } from "./position.ts";
import type { Problem, ReadResult } from "./problem.ts";
import { sourceDocument } from "./source-document.ts";
import type { SyntaxTree } from "./source-document.ts";

/** How often aliases may be expanded, in total: enough for shared settings, too few to blow up a nest of them. */
const MAX_ALIASES = 10_000;

/**
 * Reads one document of YAML 1.2 (core schema: dates, `yes` and `<<` are plain text); keys are unique and plain,
 * unknown tags and aliases that hold themselves are problems. The value of an empty file is null.
 */
export function readYaml(file: string, text: string): ReadResult {
  const positionAt = positionFinder(text);
  const problem = (offset: number, message: string, hint?: string): Problem => {
    const found = { file, position: positionAt(offset), path: "", message };
    return hint === undefined ? found : { ...found, hint };
  };
  try {
    const parsed = parseDocument(text, {
      version: "1.2",
      schema: "core",
      resolveKnownTags: false,
      uniqueKeys: true,
      prettyErrors: false,
    });
    const ofSyntax = syntaxProblems(parsed, text, problem);
    const problems = ofSyntax.length > 0 ? ofSyntax : nodeProblems(parsed, problem);
    if (problems.length > 0) return { ok: false, problems };
    const value: unknown = parsed.toJS({ maxAliasCount: MAX_ALIASES });
    if (isTooDeep(value)) return { ok: false, problems: [{ file, position: null, path: "", message: TOO_DEEP }] };
    return { ok: true, document: sourceDocument(file, text, value, () => treeOf(parsed)) };
  } catch (error) {
    const message = error instanceof RangeError ? TOO_DEEP : messageOf(error);
    return { ok: false, problems: [{ file, position: null, path: "", message }] };
  }
}

type MakeProblem = (offset: number, message: string, hint?: string) => Problem;

/** Every key that stands twice, but only the first mistake of syntax: those after it are mostly its consequences. */
function syntaxProblems(parsed: Document.Parsed, text: string, problem: MakeProblem): Problem[] {
  const mistakes = [...parsed.errors, ...parsed.warnings].toSorted((a, b) => a.pos[0] - b.pos[0]);
  const firstOther = mistakes.find((mistake) => mistake.code !== "DUPLICATE_KEY");
  return mistakes
    .filter((mistake) => mistake === firstOther || mistake.code === "DUPLICATE_KEY")
    .map((mistake) => problem(mistake.pos[0], ...explain(mistake, text)));
}

const QUOTE_BRACES = 'Text that begins with "{{" needs quotes: prompt: "{{name}} …".';

/** Hints, and plainer messages where the parser's own say little. */
const EXPLANATIONS: Readonly<Record<string, { readonly message?: string; readonly hint: string }>> = {
  DUPLICATE_KEY: { message: "this key stands twice in one mapping", hint: "Remove or rename one of them." },
  MULTIPLE_DOCS: {
    message: "a second document begins here",
    hint: "A file holds one; remove the --- line or split the file.",
  },
  TAG_RESOLVE_FAILED: { hint: 'Text that begins with "!" needs quotes.' },
  BAD_SCALAR_START: { hint: "Put the text in quotes." },
};

const TAB: [string, string] = [
  "a tab stands before this, and YAML is indented with spaces",
  "Indent with spaces in place of tabs.",
];

function explain(mistake: YAMLParseError | YAMLWarning, text: string): [message: string, hint?: string] {
  const [start] = mistake.pos;
  const lineBefore = text.slice(text.lastIndexOf("\n", start - 1) + 1, start);
  if (/(^|[:-])\s+\{\{/.test(lineBefore)) return [mistake.message, QUOTE_BRACES];
  // The parser recurses once a level, and tells of the end of its stack as of a mistake.
  if (mistake.message.includes("call stack")) return [TOO_DEEP];
  if (/^ *\t/.test(text.slice(text.lastIndexOf("\n", start - 1) + 1))) return TAB;
  if (mistake.code === "BLOCK_AS_IMPLICIT_KEY") return keyInText(text.slice(start).split("\n", 1)[0] ?? "");
  const explanation = EXPLANATIONS[mistake.code];
  return explanation === undefined ? [mistake.message] : [explanation.message ?? mistake.message, explanation.hint];
}

/** A text that YAML takes for a key, because of a colon in it or of how the next line is indented. */
function keyInText(line: string): [message: string, hint: string] {
  const colon = /^[^"'[{|>].*?:\s/.test(line);
  return colon
    ? ['this text holds ": ", which begins a value in YAML', `Put it in quotes: ${JSON.stringify(line.trim())}`]
    : ["the next line stands further in than this, but is a key of its own", "Indent keys of one mapping alike."];
}

/** What the syntax allows but no plain value can hold. */
function nodeProblems(parsed: Document.Parsed, problem: MakeProblem): Problem[] {
  const problems: Problem[] = [];
  const anchors = new Map<string, Node>();
  visit(parsed, {
    Pair(_, { key }) {
      if (!isCollection(key)) return;
      problems.push(problem(key.range?.[0] ?? 0, "a key must be plain text, not a list or a mapping", QUOTE_BRACES));
    },
    Node(_, node, ancestors) {
      if (!isAlias(node)) {
        if (node.anchor !== undefined) anchors.set(node.anchor, node);
        return;
      }
      const source = anchors.get(node.source);
      const offset = node.range?.[0] ?? 0;
      if (source === undefined) {
        problems.push(problem(offset, `the alias *${node.source} has no anchor &${node.source} before it`));
      } else if (ancestors.includes(source)) {
        problems.push(problem(offset, `the alias *${node.source} stands inside what it repeats`));
      }
    },
  });
  return problems;
}

function treeOf(parsed: Document.Parsed): SyntaxTree<Node | null> {
  return {
    root: parsed.contents,
    child(node, step) {
      const target = isAlias(node) ? (node.resolve(parsed) ?? null) : node;
      if (isSeq(target)) {
        const value = target.items[Number(step)];
        return isNode(value) ? { key: null, value } : null;
      }
      if (!isMap(target)) return null;
      const pair = target.items.find(({ key }) => keyText(key) === String(step));
      return isNode(pair?.key) && isNode(pair.value) ? { key: pair.key, value: pair.value } : null;
    },
    span: (node) => (node?.range ? [node.range[0], node.range[1]] : [0, 0]),
  };
}

function keyText(key: unknown): string {
  const value: unknown = isScalar(key) ? key.value : null;
  return typeof value === "string" ? value : value === null ? "" : JSON.stringify(value);
}
