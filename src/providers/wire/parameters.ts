import type {
  ModelRequest,
  RequestParameters,
  ResponseFormat,
  ToolChoice,
  ToolDefinition,
} from "../../core/request.ts";
import { isFields } from "./fields.ts";
import type { WireFormat } from "./wire-format.ts";

/** `extra_body` and `headers` are in no table: every API takes them. */
type Known = Required<Omit<RequestParameters, "extra_body" | "headers">>;

/** A request's body while it is rendered. */
export type Body = Record<string, unknown>;

/** For each parameter that a request can have, what puts it into a body; null where the API knows no such parameter. */
export type ParameterTable = {
  readonly [Name in keyof Known]: ((body: Body, value: NonNullable<Known[Name]>) => void) | null;
};

/** The body with all the parameters that the request asks for and the API knows, and `extra_body` over it. */
export function withParameters(body: Body, table: ParameterTable, request: ModelRequest): Body {
  for (const name of parameterNames(table)) {
    const put = table[name] as ((body: Body, value: unknown) => void) | null;
    if (request[name] !== undefined) put?.(body, request[name]);
  }
  return request.extra_body === undefined ? body : laidOver(body, request.extra_body);
}

/** The request without what its model refuses. */
export function withoutRefused(request: ModelRequest, refused: readonly (keyof RequestParameters)[]): ModelRequest {
  return refused.length === 0
    ? request
    : { ...request, ...Object.fromEntries(refused.map((name) => [name, undefined])) };
}

/** The wire with parameters left out of its bodies that the model of a request refuses. */
export function withoutWhatModelsRefuse(
  wire: WireFormat,
  refused: (request: ModelRequest) => readonly (keyof RequestParameters)[],
): WireFormat {
  const refuses = (request: ModelRequest): readonly (keyof RequestParameters)[] => [
    ...(wire.refuses?.(request) ?? []),
    ...refused(request),
  ];
  return { ...wire, refuses, body: (request) => wire.body(withoutRefused(request, refuses(request))) };
}

/** `over` laid on `under`, objects key by key; anything else is replaced whole. */
function laidOver(under: Body, over: Readonly<Body>): Body {
  const entries = Object.entries(over).map(([key, value]): [string, unknown] => {
    const before = under[key];
    return [key, isFields(before) && isFields(value) ? laidOver(before, value) : value];
  });
  return { ...under, ...Object.fromEntries(entries) };
}

/** The parameters that the API does not know. */
export function unknownParameters(table: ParameterTable): (keyof Known)[] {
  return parameterNames(table).filter((name) => table[name] === null);
}

const parameterNames = (table: ParameterTable): (keyof Known)[] => Object.keys(table) as (keyof Known)[];

/** Puts a value at a key of the body, or at a key within an object of it. */
export function at(key: string, inner?: string): (body: Body, value: unknown) => void {
  if (inner === undefined) return (body, value) => void (body[key] = value);
  return (body, value) => void (body[key] = { ...(body[key] as Body | undefined), [inner]: value });
}

/** Puts a system prompt before the messages, as a message of its own. */
export function asFirstMessage(body: Body, system: string, role: "system" | "developer" = "system"): void {
  body["messages"] = [{ role, content: system }, ...(body["messages"] as unknown[])];
}

/** What stands for the name of a schema at APIs that demand one. */
const FORMAT_NAME = "answer";

/** A JSON Schema with its name, as OpenAI's APIs want it. */
export function namedSchema(format: Exclude<ResponseFormat, "json">): Body {
  const { schema, name = FORMAT_NAME, strict } = format;
  return { name, schema, ...(strict === undefined ? {} : { strict }) };
}

/** The form of answers, as OpenAI's chat wants it. */
export function openaiFormat(body: Body, format: ResponseFormat): void {
  body["response_format"] =
    format === "json" ? { type: "json_object" } : { type: "json_schema", json_schema: namedSchema(format) };
}

/** Tools, as OpenAI's chat wants them and others after it. */
export function openaiTools(body: Body, tools: readonly ToolDefinition[]): void {
  body["tools"] = tools.map((tool) => ({ type: "function", function: tool }));
}

/** Whether a tool must be called, as OpenAI's chat wants it. */
export function openaiToolChoice(body: Body, choice: ToolChoice): void {
  body["tool_choice"] = typeof choice === "string" ? choice : { type: "function", function: choice };
}
