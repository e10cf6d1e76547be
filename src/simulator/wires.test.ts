import { expect, test } from "vitest";
import { wireOf } from "../providers/apis.ts";
import { REFUSALS } from "./faults.ts";
import { anthropicWire } from "./wire-anthropic.ts";
import { googleWire } from "./wire-google.ts";
import { ollamaWire } from "./wire-ollama.ts";
import { openaiWire } from "./wire-openai.ts";
import { responsesWire } from "./wire-responses.ts";

const WIRES = [
  [openaiWire, "openai"],
  [responsesWire, "openai-responses"],
  [anthropicWire, "anthropic"],
  [googleWire, "google"],
  [ollamaWire, "ollama"],
] as const;

test.each(REFUSALS)("the refusal %s is read as the failure of that name, on every wire", (kind) => {
  for (const [wire, type] of WIRES) {
    const { status, body } = wire.refuse(kind, "r");
    const { code } = wireOf(type, "http://any").readFailure(status, body, JSON.stringify(body));
    expect({ type, code }).toEqual({ type, code: kind });
  }
});
