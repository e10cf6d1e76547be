import type { ModelRequest, RequestParameters } from "../../core/request.ts";

type Known = Required<RequestParameters>;

/** A request's body while it is rendered. */
export type Body = Record<string, unknown>;

/** For each parameter that a request can have, what puts it into a body; null where the API knows no such parameter. */
export type ParameterTable = {
  readonly [Name in keyof Known]: ((body: Body, value: NonNullable<Known[Name]>) => void) | null;
};

/** The body with all the parameters that the request asks for and the API knows. */
export function withParameters(body: Body, table: ParameterTable, request: ModelRequest): Body {
  for (const name of parameterNames(table)) {
    const put = table[name] as ((body: Body, value: unknown) => void) | null;
    if (request[name] !== undefined) put?.(body, request[name]);
  }
  return body;
}

/** The parameters that the API does not know. */
export function unknownParameters(table: ParameterTable): (keyof RequestParameters)[] {
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
