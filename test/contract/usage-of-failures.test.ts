import { describe, expect, it } from "vitest";
import type { Attempt } from "../../src/core/provider.ts";
import type { Usage } from "../../src/core/response.ts";
import { attemptOver } from "../support/wire-attempt.ts";
import { fixture, STREAMING_WIRES, WIRES } from "../support/wires.ts";

// What a server states of the tokens is kept with the failure, since it is paid for all the same: whatever the body is
// an answer to, and whether it holds an answer at all.

const JSON_TYPE = "application/json";
const ANSWERS = new Set(["choices", "output", "content", "candidates", "message", "data"]);

const failedWith = ({ outcome }: Attempt): { code: string; usage: Usage | null } => {
  if (outcome.ok) throw new Error("it did not fail");
  return { code: outcome.failure.code, usage: outcome.usage };
};

const bytes = (value: unknown): Buffer[] => [Buffer.from(JSON.stringify(value))];

describe.each(WIRES)("usage of failures at $name", ({ name, wire, plain }) => {
  const whole = fixture(name, "plain.json");
  const body: Record<string, unknown> = Object.fromEntries(
    Object.entries(JSON.parse(whole.toString("utf8")) as object),
  );
  const rest = Object.fromEntries(Object.entries(body).filter(([key]) => !ANSWERS.has(key)));

  it("is kept where a body has no answer", () => {
    const found = failedWith(attemptOver(wire, false, { contentType: JSON_TYPE, pieces: bytes(rest) }));
    expect(found).toEqual({ code: "stream_malformed", usage: plain.usage });
  });

  it("is kept beside an error, with 200 and with any other status", () => {
    const pieces = bytes({ ...rest, error: { message: "died" } });
    for (const status of [200, 400, 500]) {
      expect(failedWith(attemptOver(wire, false, { status, contentType: JSON_TYPE, pieces })).usage).toEqual(
        plain.usage,
      );
      expect(failedWith(attemptOver(wire, true, { status, contentType: JSON_TYPE, pieces })).usage).toEqual(
        plain.usage,
      );
    }
  });
});

describe.each(STREAMING_WIRES)("usage of failures at $name", ({ name, wire, streams, plain, streamed }) => {
  it("is kept where a stream was asked for and a plain answer came", () => {
    const found = failedWith(
      attemptOver(wire, true, { contentType: JSON_TYPE, pieces: [fixture(name, "plain.json")] }),
    );
    expect(found).toEqual({ code: "stream_malformed", usage: plain.usage });
  });

  it("is kept where a plain answer was asked for and a stream came", () => {
    const pieces = [fixture(name, `stream.${streams.ending}`)];
    const found = failedWith(attemptOver(wire, false, { contentType: streams.contentType, pieces }));
    expect(found).toEqual({ code: "stream_malformed", usage: streamed?.usage ?? plain.usage });
  });
});
