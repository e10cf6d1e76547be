import { expect, test } from "vitest";
import { exampleFailure, exampleResult, exampleSkipped } from "../../test/support/example-results.ts";
import { collected } from "./collector.ts";
import { groupFailures } from "./failures.ts";

test("failures are grouped by code with the first message, skipped cases by reason after them", () => {
  const limited = { code: "rate_limited", message: "slow down", http_status: 429 } as const;
  const groups = collected(
    () => [
      exampleSkipped({ test_id: "t0" }),
      exampleFailure({ test_id: "t1", error: limited }),
      exampleResult({ test_id: "t2" }),
      exampleFailure({ test_id: "t3" }),
      exampleFailure({
        test_id: "t4",
        target: "b:2",
        error: { code: "server_error", message: "503", http_status: 503 },
      }),
      exampleSkipped({ test_id: "t5" }),
      exampleSkipped({ test_id: "t6" }),
    ],
    groupFailures(),
  );
  expect(groups).toEqual([
    {
      skipped: false,
      code: "server_error",
      count: 2,
      targets: ["sim:fast", "b:2"],
      example: "500 from the server",
      example_test_id: "t3",
    },
    {
      skipped: false,
      code: "rate_limited",
      count: 1,
      targets: ["sim:fast"],
      example: "slow down",
      example_test_id: "t1",
    },
    {
      skipped: true,
      code: "sim:fast rejected the key",
      count: 3,
      targets: ["sim:fast"],
      example: "sim:fast rejected the key",
      example_test_id: "t0",
    },
  ]);
});
