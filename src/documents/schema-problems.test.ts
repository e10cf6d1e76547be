import { describe, expect, it } from "vitest";
import { z } from "zod";
import { readJson } from "./json.ts";
import { checkSchema } from "./schema-problems.ts";
import { documentWithoutText, pathText } from "./source-document.ts";

type Nest = string | { [key: string]: Nest };
const nest: z.ZodType<Nest> = z.lazy(() => z.union([z.string(), z.record(z.string(), nest)]));

const schema = z.strictObject({
  name: z.string().min(1),
  kind: z.enum(["open", "closed"]).optional(),
  count: z.int().positive().optional(),
  share: z.number().min(0).max(1).optional(),
  on: z.boolean().optional(),
  list: z.array(z.string()).min(1).optional(),
  vars: z.record(z.string().regex(/^[a-z_]+$/, { error: "names are lower case" }), nest).optional(),
  secret: z.string().regex(/^X/, { error: "expected a name" }).optional(),
});

function told(value: unknown): string[] {
  const read = readJson("a.json", JSON.stringify(value, null, 1));
  if (!read.ok) throw new Error("not JSON");
  const checked = checkSchema(schema, read.document, (path) => path[0] === "secret");
  if (checked.ok) return [];
  return checked.problems.map(
    ({ position, path, message, hint }) =>
      `${position?.line} ${path}: ${message}${hint === undefined ? "" : ` | ${hint}`}`,
  );
}

describe("a schema's problems", () => {
  it("are none for a valid document, whose value comes back as it is, __proto__ included", () => {
    const value: unknown = JSON.parse('{"name": "a", "vars": {"__proto__": "b"}}');
    const checked = checkSchema(schema, documentWithoutText("x", value));
    expect(checked).toEqual({ ok: true, value });
    expect(checked.ok && checked.value).toBe(value);
  });

  it("tell what was expected and what was found", () => {
    expect(told({ name: 1, count: 1.5, share: "hot", on: "yes", list: {} })).toEqual([
      "2 name: expected text, found 1 | Put it in quotes to make it text.",
      "3 count: expected a whole number, found 1.5",
      '4 share: expected a number, found "hot"',
      '5 on: expected true or false, found "yes"',
      "6 list: expected a list, found an object",
    ]);
    expect(told([])).toEqual(["1 : expected an object, found an empty list"]);
  });

  it("tell the limits", () => {
    expect(told({ name: "", count: 0, share: 2, list: [] })).toEqual([
      '2 name: expected at least one character, found ""',
      "3 count: expected more than 0, found 0",
      "4 share: expected at most 1, found 2",
      "5 list: expected at least one entry, found an empty list",
    ]);
    expect(told({ name: "a", share: -1 })).toEqual(["3 share: expected 0 or more, found -1"]);
  });

  it("tell the allowed values and the nearest", () => {
    expect(told({ name: "a", kind: "close" })).toEqual([
      '3 kind: expected "open" or "closed", found "close"; did you mean "closed"?',
    ]);
  });

  it("name unknown keys at the key, and what is allowed when none is close", () => {
    expect(told({ name: "a", coutn: 1, zzz: 2 })).toEqual([
      '3 coutn: unknown key "coutn"; did you mean "count"?',
      '4 zzz: unknown key "zzz" | Allowed here: name, kind, count, share, on, list, vars, secret.',
    ]);
  });

  it("name a missing key at its object, but not when it is merely misspelt", () => {
    expect(told({ kind: "open" })).toEqual(['1 : missing "name"']);
    expect(told({ nmae: "a", kind: "open" })).toEqual(['2 nmae: unknown key "nmae"; did you mean "name"?']);
  });

  it("open unions to the alternative that fits", () => {
    expect(told({ name: "a", vars: { x: { y: { z: 1 } }, w: [] } })).toEqual([
      "6 vars.x.y.z: expected text or an object, found 1",
      "9 vars.w: expected text or an object, found an empty list",
    ]);
  });

  it("name keys that a record does not allow", () => {
    expect(told({ name: "a", vars: { "B c": "x" } })).toEqual(['4 vars["B c"]: names are lower case']);
  });

  it("do not repeat what is concealed", () => {
    expect(told({ name: "a", secret: "sk-123" })).toEqual(["3 secret: expected a name"]);
  });
});

describe("a path", () => {
  it("is written as in code", () => {
    expect(pathText(["test_cases", 3, "variables", "my name", "x"])).toBe('test_cases[3].variables["my name"].x');
  });
});
