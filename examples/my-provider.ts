/**
 * A provider that the command line loads: `llm-test-bench bench -p ./my-provider.ts:MODEL`. Any client can stand in the
 * function; throw `ProviderError` to say which failure it met.
 */
import type { Generated, GenerateContext, ModelRequest } from "llm-test-bench";

/** Answers with the prompt's first words. */
export async function generate(request: ModelRequest, { onText }: GenerateContext): Promise<Generated> {
  const words = request.prompt.split(" ").slice(0, 10);
  for (const word of words) onText(`${word} `);
  return { content: words.join(" "), model: request.model, finish_reason: "stop" };
}
