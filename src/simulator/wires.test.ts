import { expect, test } from "vitest";
import { anthropicMessages } from "../providers/wire/anthropic-messages.ts";
import { openaiChat } from "../providers/wire/openai-chat.ts";
import { REFUSALS } from "./faults.ts";
import { anthropicWire } from "./wire-anthropic.ts";
import { openaiWire } from "./wire-openai.ts";

const openai = openaiChat({ maxTokensField: "max_tokens" });

test.each(REFUSALS)("the refusal %s is read as the failure of that name, on both wires", (kind) => {
  for (const [wire, reader] of [
    [openaiWire, openai],
    [anthropicWire, anthropicMessages],
  ] as const) {
    const { status, body } = wire.refuse(kind, "r");
    expect(reader.readFailure(status, body, JSON.stringify(body)).code).toBe(kind);
  }
});
