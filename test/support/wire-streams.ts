/** A piece of an answer, as a model brings it. */
export interface Piece {
  readonly kind: "text" | "reasoning";
  readonly text: string;
}

/** An event of a stream before it is framed; no name where the API gives none. */
export interface StreamEvent {
  readonly name?: string;
  readonly data: string;
}

const USAGE = { prompt: 3, completion: 5 } as const;

const named = (type: string, fields: object): StreamEvent => ({
  name: type,
  data: JSON.stringify({ type, ...fields }),
});
const unnamed = (fields: object): StreamEvent => ({ data: JSON.stringify(fields) });

const openaiUsage = { prompt_tokens: USAGE.prompt, completion_tokens: USAGE.completion };
const DONE: StreamEvent = { data: "[DONE]" };

/** The events in which each API streams an answer, with `prompt` 3 and `completion` 5 tokens of usage. */
export const EVENTS: Readonly<Record<string, (pieces: readonly Piece[]) => StreamEvent[]>> = {
  "openai-chat": (pieces) => [
    unnamed({ choices: [{ index: 0, delta: { role: "assistant", content: "" } }] }),
    ...pieces.map(({ kind, text }) =>
      unnamed({ choices: [{ index: 0, delta: { [kind === "text" ? "content" : "reasoning_content"]: text } }] }),
    ),
    unnamed({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }),
    unnamed({ choices: [], usage: openaiUsage }),
    DONE,
  ],
  "openai-completions": (pieces) => [
    ...pieces
      .filter(({ kind }) => kind === "text")
      .map(({ text }) => unnamed({ choices: [{ index: 0, text, finish_reason: null }] })),
    unnamed({ choices: [{ index: 0, text: "", finish_reason: "stop" }], usage: openaiUsage }),
    DONE,
  ],
  "openai-responses": (pieces) => [
    named("response.created", { response: { id: "r", status: "in_progress" } }),
    ...pieces.map(({ kind, text }) =>
      named(kind === "text" ? "response.output_text.delta" : "response.reasoning_text.delta", { delta: text }),
    ),
    named("response.completed", {
      response: {
        id: "r",
        status: "completed",
        output: [{ type: "message", content: [] }],
        usage: { input_tokens: USAGE.prompt, output_tokens: USAGE.completion },
      },
    }),
  ],
  "anthropic-messages": (pieces) => [
    named("message_start", { message: { id: "m", usage: { input_tokens: USAGE.prompt, output_tokens: 1 } } }),
    named("ping", {}),
    ...pieces.map(({ kind, text }, index) =>
      named("content_block_delta", {
        index,
        delta: kind === "text" ? { type: "text_delta", text } : { type: "thinking_delta", thinking: text },
      }),
    ),
    named("message_delta", { delta: { stop_reason: "end_turn" }, usage: { output_tokens: USAGE.completion } }),
    named("message_stop", {}),
  ],
  "google-gemini": (pieces) => [
    ...pieces.map(({ kind, text }) =>
      unnamed({ candidates: [{ content: { parts: [{ text, ...(kind === "text" ? {} : { thought: true }) }] } }] }),
    ),
    unnamed({
      candidates: [{ content: { parts: [] }, finishReason: "STOP" }],
      usageMetadata: { promptTokenCount: USAGE.prompt, candidatesTokenCount: 2, thoughtsTokenCount: 3 },
    }),
  ],
  "ollama-chat": (pieces) => [
    ...pieces.map(({ kind, text }) =>
      unnamed({ message: { role: "assistant", [kind === "text" ? "content" : "thinking"]: text }, done: false }),
    ),
    unnamed({
      message: { role: "assistant", content: "" },
      done: true,
      done_reason: "stop",
      prompt_eval_count: USAGE.prompt,
      eval_count: USAGE.completion,
    }),
  ],
  "cohere-chat": (pieces) => [
    named("message-start", { id: "m", delta: { message: { role: "assistant" } } }),
    ...pieces.map(({ kind, text }, index) =>
      named("content-delta", {
        index,
        delta: { message: { content: { [kind === "text" ? "text" : "thinking"]: text } } },
      }),
    ),
    named("message-end", {
      delta: {
        finish_reason: "COMPLETE",
        usage: { tokens: { input_tokens: USAGE.prompt, output_tokens: USAGE.completion } },
      },
    }),
  ],
};

/** How server-sent events may be written; every way means the same. */
export interface SseStyle {
  readonly lineEnd: "\n" | "\r" | "\r\n";
  readonly space: boolean;
  /** Lines put before each event: comments, ids, retries. */
  readonly before: readonly string[];
  readonly mark: boolean;
  readonly finalBlankLine: boolean;
}

export const PLAIN_SSE: SseStyle = { lineEnd: "\n", space: true, before: [], mark: false, finalBlankLine: true };

/** Events as the bytes of a server-sent event stream. */
export function sseBytes(events: readonly StreamEvent[], style: SseStyle = PLAIN_SSE): Buffer {
  const gap = style.space ? " " : "";
  const blocks = events.map(({ name, data }) =>
    [
      ...style.before,
      ...(name === undefined ? [] : [`event:${gap}${name}`]),
      ...data.split("\n").map((line) => `data:${gap}${line}`),
    ].join(style.lineEnd),
  );
  const text = blocks.join(style.lineEnd + style.lineEnd);
  return Buffer.from(
    `${style.mark ? "\uFEFF" : ""}${text}${style.finalBlankLine ? style.lineEnd + style.lineEnd : ""}`,
  );
}

/** Events as the bytes of a stream of one JSON value a line. */
export const ndjsonBytes = (events: readonly StreamEvent[], style: SseStyle = PLAIN_SSE): Buffer => {
  const lineEnd = style.lineEnd === "\r" ? "\n" : style.lineEnd;
  const blankLines = style.before.map(() => lineEnd).join("");
  const text = events.map(({ data }) => blankLines + data).join(lineEnd);
  return Buffer.from(`${style.mark ? "\uFEFF" : ""}${text}${style.finalBlankLine ? lineEnd : ""}`);
};
