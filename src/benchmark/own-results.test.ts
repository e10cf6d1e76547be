import { expect, it } from "vitest";
import { resultKey } from "../core/result.ts";
import { withOwnResults } from "./own-results.ts";

type Given = Parameters<typeof withOwnResults>;

const keyOf = (target: string, test_id: string): string => resultKey({ target, test_id, sample: 0 });

async function ownOf(found: readonly string[], ids: readonly string[]): Promise<{ own: string[]; warnings: string[] }> {
  const warnings: string[] = [];
  const opened = { finished: new Set(found) } as unknown as Given[0];
  const plan = { targets: [{ label: "a" }], dataset: { sha256: "0" }, limit: null } as unknown as Given[1];
  const cases = (async function* () {
    for (const id of ids) yield { id };
  })() as Given[2];
  const { finished } = await withOwnResults(opened, plan, cases, (message) => warnings.push(message));
  return { own: [...finished], warnings };
}

it("cases and targets that a run does not have are none of its finished ones, and that is said", async () => {
  const own = keyOf("a", "t1");
  expect(await ownOf([own, keyOf("b", "t1"), keyOf("a", "t9"), keyOf("__proto__", "t1")], ["t1", "t2"])).toEqual({
    own: [own],
    warnings: [expect.stringContaining("3 results of cases or targets that this run does not have")],
  });
});

it("a case is its run's own whatever its id holds", async () => {
  const ids = ["t\u00001", "\u0000", "", "a\u00000\u0000"];
  const keys = ids.map((id) => keyOf("a", id));
  expect(await ownOf(keys, ids)).toEqual({ own: keys, warnings: [] });
});
