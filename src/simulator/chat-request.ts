import { hash } from "node:crypto";
import { BODY_LIMITS, excessIn } from "./body.ts";
import type { Addressed, Wire } from "./wire.ts";

/** What a body asks for, in any wire. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly unknown[];
  readonly stream: boolean;
  readonly includeUsage: boolean;
  /** Null when the client set no limit. */
  readonly maxTokens: number | null;
  /** A rough count: a quarter of the characters of all messages and the system prompt, rounded up. */
  readonly promptTokens: number;
}

/** What is wrong with a body, and in which member. */
export interface BadRequest {
  readonly message: string;
  readonly param?: string;
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Reads a request's body, in whatever API's words. */
export function readChatRequest(
  text: string,
  wire: Pick<Wire, "asChat" | "names" | "maxTokensRequired">,
  addressed: Addressed = {},
): ChatRequest | BadRequest {
  const excess = excessIn(text);
  if (excess !== null) return { message: `The request body ${excess}` };
  let own: unknown;
  try {
    own = JSON.parse(text);
  } catch {
    return { message: "The request body is not valid JSON" };
  }
  if (!isFields(own)) return { message: "The request body is not a JSON object" };
  const body = wire.asChat(own, addressed);
  const missing = (member: string, wanted: string): BadRequest => {
    const param = wire.names[member] ?? member;
    return { message: `${param}: expected ${wanted}`, param };
  };
  const { model, messages } = body;
  if (typeof model !== "string" || model === "") return missing("model", "a model's name");
  if (model.length > BODY_LIMITS.modelCharacters) {
    return missing("model", `a name of at most ${BODY_LIMITS.modelCharacters} characters`);
  }
  if (!Array.isArray(messages) || messages.length === 0) return missing("messages", "a list of at least one message");
  const param = "max_completion_tokens" in body ? "max_completion_tokens" : "max_tokens";
  const maxTokens = body[param] ?? null;
  if ((maxTokens === null && wire.maxTokensRequired) || (maxTokens !== null && !isCount(maxTokens))) {
    return missing(param, "a whole number of at least 1");
  }
  return {
    model,
    messages,
    stream: body["stream"] === true,
    includeUsage: isFields(body["stream_options"]) && body["stream_options"]["include_usage"] === true,
    maxTokens,
    promptTokens: Math.ceil(charactersIn([...messages, { content: body["system"] }]) / 4),
  };
}

/** A name for the case behind a request that does not carry one: the same model and messages give the same. */
export function caseKeyOf(request: ChatRequest): string {
  return hash("sha256", JSON.stringify([request.model, request.messages])).slice(0, 16);
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 1;

/** Characters of texts, also inside the lists of content parts that APIs allow. */
function charactersIn(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (Array.isArray(value)) return value.reduce((sum: number, part: unknown) => sum + charactersIn(part), 0);
  return isFields(value) ? charactersIn(value["content"]) + charactersIn(value["text"]) : 0;
}
