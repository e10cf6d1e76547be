import { openaiWire } from "./wire-openai.ts";
import type { Answer, Wire } from "./wire.ts";

const event = (sequence: number, data: { type: string }): string =>
  `event: ${data.type}\ndata: ${JSON.stringify({ ...data, sequence_number: sequence })}\n\n`;

/** Events of an answer before its tokens, and so the number of the first one that brings text. */
const OPENING_EVENTS = 4;

const itemId = ({ id }: Answer): string => `msg_sim_${id}`;

const partOf = (text: string): object => ({ type: "output_text", text, annotations: [], logprobs: [] });

const itemOf = (answer: Answer, status: string, content: object[]): object => ({
  id: itemId(answer),
  type: "message",
  status,
  role: "assistant",
  content,
});

const wholeItem = (answer: Answer): object =>
  itemOf(answer, answer.finish === "stop" ? "completed" : "incomplete", [partOf(answer.tokens.join(""))]);

function responseOf(answer: Answer, done: boolean): object {
  const whole = answer.finish === "stop";
  return {
    id: `resp_sim_${answer.id}`,
    object: "response",
    created_at: answer.created,
    status: done ? (whole ? "completed" : "incomplete") : "in_progress",
    error: null,
    incomplete_details: done && !whole ? { reason: "max_output_tokens" } : null,
    instructions: null,
    max_output_tokens: null,
    model: answer.model,
    output: done ? [wholeItem(answer)] : [],
    parallel_tool_calls: true,
    tool_choice: "auto",
    tools: [],
    usage: done
      ? {
          input_tokens: answer.promptTokens,
          input_tokens_details: { cached_tokens: 0 },
          output_tokens: answer.tokens.length,
          output_tokens_details: { reasoning_tokens: 0 },
          total_tokens: answer.promptTokens + answer.tokens.length,
        }
      : null,
  };
}

const place = (answer: Answer): object => ({ item_id: itemId(answer), output_index: 0, content_index: 0 });

/** OpenAI's Responses API. */
export const responsesWire: Wire = {
  ...openaiWire,
  names: { messages: "input", max_tokens: "max_output_tokens" },
  asChat({ input, instructions, max_output_tokens, ...body }) {
    const messages = typeof input === "string" ? [{ role: "user", content: input }] : input;
    return { ...body, messages, system: instructions, max_tokens: max_output_tokens };
  },
  opening: (answer) =>
    [
      { type: "response.created", response: responseOf(answer, false) },
      { type: "response.in_progress", response: responseOf(answer, false) },
      { type: "response.output_item.added", output_index: 0, item: itemOf(answer, "in_progress", []) },
      { type: "response.content_part.added", ...place(answer), part: partOf("") },
    ]
      .map((data, i) => event(i, data))
      .join(""),
  token: (answer, delta, sim, i) =>
    event(OPENING_EVENTS + i, { type: "response.output_text.delta", ...place(answer), delta, logprobs: [], sim } as {
      type: string;
    }),
  closing(answer) {
    const text = answer.tokens.join("");
    return [
      { type: "response.output_text.done", ...place(answer), text, logprobs: [] },
      { type: "response.content_part.done", ...place(answer), part: partOf(text) },
      { type: "response.output_item.done", output_index: 0, item: wholeItem(answer) },
      {
        type: answer.finish === "stop" ? "response.completed" : "response.incomplete",
        response: responseOf(answer, true),
      },
    ]
      .map((data, i) => event(OPENING_EVENTS + answer.tokens.length + i, data))
      .join("");
  },
  streamError: () =>
    event(0, {
      type: "error",
      code: "server_error",
      message: "Simulated: the server had an error while processing your request",
      param: null,
    } as { type: string }),
  body: (answer, sim) => ({ ...responseOf(answer, true), sim }),
};
