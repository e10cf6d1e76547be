import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonTree } from "./json-tree.ts";

describe("the places in a JSON text", () => {
  it("are those of each value and key, however it is written", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 1, 3), (value, indent) => {
        const text = ` ${JSON.stringify(value, null, indent)}\n`;
        const tree = jsonTree(text);
        const check = (node: typeof tree.root, part: unknown): void => {
          const [start, end] = tree.span(node);
          expect(JSON.parse(text.slice(start, end))).toEqual(part);
          if (typeof part !== "object" || part === null) return;
          for (const [name, inner] of Object.entries(part)) {
            const child = tree.child(node, Array.isArray(part) ? Number(name) : name);
            if (child === null) throw new Error(`no child ${name} in ${text}`);
            if (child.key !== null) expect(JSON.parse(text.slice(child.key.start, child.key.end))).toBe(name);
            check(child.value, inner);
          }
        };
        check(tree.root, JSON.parse(text));
        expect(tree.child(tree.root, "none such")).toBeNull();
      }),
    );
  });
});
