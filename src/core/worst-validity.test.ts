import { expect, test } from "vitest";
import { exampleValidity } from "../../test/support/example-results.ts";
import { worstValidity } from "./worst-validity.ts";

test("one part speaks for the whole, without its name", () => {
  const validity = exampleValidity({ verdict: "INVALID", reasons: ["too slow"] });
  expect(worstValidity([{ name: "4 in flight", validity }])).toEqual(validity);
});

test("the worst parts' reasons come first, and else those that were measured first", () => {
  const part = (
    name: string,
    verdict: "VALID" | "DEGRADED" | "INVALID",
  ): Parameters<typeof worstValidity>[0][number] => ({
    name,
    validity: exampleValidity({ verdict, reasons: ["why"] }),
  });
  const { verdict, reasons } = worstValidity([
    part("1", "DEGRADED"),
    part("2", "VALID"),
    part("4", "INVALID"),
    part("8", "DEGRADED"),
  ]);
  expect([verdict, ...reasons]).toEqual(["INVALID", "4: why", "1: why", "8: why", "2: why"]);
});

test("a part that measured nothing says nothing of the others, and all of them nothing of the whole", () => {
  const nothing = exampleValidity({ verdict: null, reasons: ["none"], error_bar_ms: { ttft: null, icl: null } });
  const parts = [
    { name: "a", validity: nothing },
    { name: "b", validity: exampleValidity() },
  ];
  expect(worstValidity(parts)).toMatchObject({ verdict: "VALID", reasons: [], error_bar_ms: { ttft: 1.2 } });
  expect(worstValidity([parts[0], parts[0]].flatMap((part) => part ?? []))).toMatchObject({
    verdict: null,
    reasons: ["a: none", "a: none"],
  });
});

test("of open loops the rates are those of the part that fell the furthest behind", () => {
  const parts = [
    exampleValidity({ requested_rate: 100, delivered_rate: 99 }),
    exampleValidity({ requested_rate: 10, delivered_rate: 5 }),
    exampleValidity({ requested_rate: null, delivered_rate: 1 }),
  ];
  const worst = worstValidity(parts.map((validity, i) => ({ name: String(i), validity })));
  expect(worst).toMatchObject({ requested_rate: 10, delivered_rate: 5 });
});

test("a level that was gone on with has the worst of its verdicts and bars, and levels go upward", () => {
  const level = { level: 4, verdict: "VALID", error_bar_ms: { ttft: 3, icl: 1 } } as const;
  const first = exampleValidity({ levels: [level] });
  const second = exampleValidity({
    levels: [
      { ...level, verdict: "DEGRADED", error_bar_ms: { ttft: 2, icl: 9 } },
      { ...level, level: 2 },
      { ...level, target: "b:1" },
    ],
  });
  const { levels } = worstValidity([
    { name: "segment 0", validity: first },
    { name: "segment 1", validity: second },
  ]);
  expect(levels).toEqual([
    { ...level, level: 2 },
    { level: 4, verdict: "DEGRADED", error_bar_ms: { ttft: 3, icl: 9 } },
    { ...level, target: "b:1" },
  ]);
});
