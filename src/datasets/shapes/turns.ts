import { quoted } from "../../documents/words.ts";
import { literalTemplate } from "../template.ts";
import { fieldAt, isFields, listOf, textAt, textOf, type Fields } from "./fields.ts";
import { notShaped, type NotShaped } from "./shape.ts";

/** A turn of a conversation; its texts are templates, in which literal braces are escaped. */
export interface Turn {
  readonly role: "system" | "user" | "assistant";
  readonly content: string | readonly Part[];
}

type Part =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "image"; readonly url: string }
  | { readonly type: "image"; readonly file: string };

const ROLES: Readonly<Record<string, Turn["role"]>> = {
  system: "system",
  developer: "system",
  user: "user",
  human: "user",
  assistant: "assistant",
  gpt: "assistant",
  chatgpt: "assistant",
  bing: "assistant",
  bard: "assistant",
  model: "assistant",
};

/** Evals write examples as system turns with these names, since they are not the conversation itself. */
const EXAMPLES: Readonly<Record<string, Turn["role"]>> = {
  example_user: "user",
  example_assistant: "assistant",
};

/** What a text is as a template: the same, or one that renders as exactly this text. */
type AsTemplate = (text: string) => string;

/** The turns of a list of `{role, content}` or `{from, value}`; several system turns at the start become one. */
export function turnsOf(
  list: readonly unknown[],
  key: string,
  asTemplate: AsTemplate = literalTemplate,
): { ok: true; turns: Turn[] } | NotShaped {
  const turns: Turn[] = [];
  for (const [index, entry] of list.entries()) {
    if (!isFields(entry)) return notShaped([key, index], "expected a turn with a role and content");
    const from = textAt(entry, "role") === null ? "from" : "role";
    const speaker = textAt(entry, from);
    if (speaker === null) return notShaped([key, index], "this turn does not say whose it is", `It needs a "role".`);
    const role = roleOf(entry, speaker);
    if (role === null) {
      return notShaped(
        [key, index, from],
        `a turn of ${quoted(speaker)} cannot be sent`,
        "Turns are of system, user (human) or assistant (gpt).",
      );
    }
    const text = Object.hasOwn(entry, "content") ? "content" : "value";
    const content = contentOf(fieldAt(entry, text), asTemplate);
    if (content === null) {
      return notShaped([key, index, text], "expected text, or a list of text and image parts");
    }
    const previous = turns.at(-1);
    if (role !== "system" || turns.length === 0) turns.push({ role, content });
    else if (turns.length === 1 && previous?.role === "system" && isText(previous.content) && isText(content)) {
      turns[0] = { role, content: `${previous.content}\n\n${content}` };
    } else {
      return notShaped([key, index], "a system turn stands behind other turns", "It can only come first.");
    }
  }
  if (!turns.some(({ role }) => role === "user")) return notShaped([key], "there is no turn of the user");
  return { ok: true, turns };
}

const isText = (content: Turn["content"]): content is string => typeof content === "string";

function roleOf(entry: Fields, speaker: string): Turn["role"] | null {
  const role = Object.hasOwn(ROLES, speaker) ? (ROLES[speaker] ?? null) : null;
  const name = textAt(entry, "name");
  if (role !== "system" || name === null || !Object.hasOwn(EXAMPLES, name)) return role;
  return EXAMPLES[name] ?? null;
}

function contentOf(value: unknown, asTemplate: AsTemplate): Turn["content"] | null {
  const text = textOf(value);
  if (text !== null) return asTemplate(text);
  const list = listOf(value);
  if (list === null || list.length === 0) return null;
  const parts = list.map((part) => partOf(part, asTemplate)).filter((part) => part !== null);
  return parts.length === list.length ? parts : null;
}

/** A part as OpenAI or Inspect writes it. */
function partOf(value: unknown, asTemplate: AsTemplate): Part | null {
  if (typeof value === "string") return { type: "text", text: asTemplate(value) };
  if (!isFields(value)) return null;
  const text = fieldAt(value, "text");
  if (typeof text === "string") return { type: "text", text: asTemplate(text) };
  const nested = fieldAt(value, "image_url");
  const image = isFields(nested) ? fieldAt(nested, "url") : (nested ?? fieldAt(value, "image"));
  if (typeof image !== "string" || image === "") return null;
  const where = asTemplate(image);
  return /^(https?|data):/i.test(image) ? { type: "image", url: where } : { type: "image", file: where };
}

/** A plain prompt where the turns are no more than one of the user, perhaps behind a system text; else messages. */
export function promptOrMessages(turns: readonly Turn[]): Fields {
  const [first, second, third] = turns;
  if (first?.role === "user" && second === undefined && isText(first.content)) return { prompt: first.content };
  const isPair = first?.role === "system" && second?.role === "user" && third === undefined;
  if (isPair && isText(first.content) && isText(second.content)) {
    return { system: first.content, prompt: second.content };
  }
  return { messages: turns };
}
