import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request that a model server got, on either wire. */
export interface ModelCall {
  /** Counted from 0 over the whole server. */
  readonly number: number;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readonly<Record<string, unknown>>;
}

/** An answer's text, a refusal, or null for no answer at all; `headers` come on top of the usual ones. */
export type ModelReply =
  | null
  | { readonly text: string; readonly headers?: Readonly<Record<string, string>> }
  | { readonly status: number; readonly body: unknown; readonly headers?: Readonly<Record<string, string>> };

export interface ModelServer {
  /** Without a path. */
  readonly url: string;
  readonly calls: ModelCall[];
  close(): Promise<void>;
}

/** An HTTP server that speaks both wires, plain and streamed, records what it gets and says what the test wants. */
export async function modelServer(reply: (call: ModelCall) => ModelReply): Promise<ModelServer> {
  const calls: ModelCall[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8");
    request.on("data", (piece: string) => (text += piece));
    request.on("end", () => {
      const body = JSON.parse(text) as ModelCall["body"];
      const call = { number: calls.length, path: request.url ?? "", headers: request.headers, body };
      calls.push(call);
      send(response, call, reply(call));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function send(response: ServerResponse, { path, body }: ModelCall, reply: ModelReply): void {
  if (reply === null) return;
  for (const [name, value] of Object.entries(reply.headers ?? {})) response.setHeader(name, value);
  if ("status" in reply) {
    response.writeHead(reply.status, { "content-type": "application/json" });
    response.end(JSON.stringify(reply.body));
    return;
  }
  const wire = path.endsWith("/messages") ? anthropic : openai;
  const streamed = body["stream"] === true;
  response.writeHead(200, { "content-type": streamed ? "text/event-stream" : "application/json" });
  response.end(streamed ? wire.stream(reply.text) : JSON.stringify(wire.plain(reply.text)));
}

interface Wire {
  plain(text: string): object;
  stream(text: string): string;
}

const openaiUsage = { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 };

const openai: Wire = {
  plain: (text) => ({
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 0,
    model: "m",
    choices: [{ index: 0, message: { role: "assistant", content: text }, finish_reason: "stop" }],
    usage: openaiUsage,
  }),
  stream: (text) => {
    const chunk = (choices: object[], more: object = {}): string =>
      `data: ${JSON.stringify({ id: "chatcmpl-1", object: "chat.completion.chunk", created: 0, model: "m", choices, ...more })}\n\n`;
    return [
      chunk([{ index: 0, delta: { role: "assistant", content: "" } }]),
      chunk([{ index: 0, delta: { content: text } }]),
      chunk([{ index: 0, delta: {}, finish_reason: "stop" }]),
      chunk([], { usage: openaiUsage }),
      "data: [DONE]\n\n",
    ].join("");
  },
};

const anthropicMessage = { id: "msg_1", type: "message", role: "assistant", model: "m", stop_sequence: null };

const anthropic: Wire = {
  plain: (text) => ({
    ...anthropicMessage,
    content: [{ type: "text", text }],
    stop_reason: "end_turn",
    usage: { input_tokens: 3, output_tokens: 4 },
  }),
  stream: (text) => {
    const event = (type: string, data: object): string =>
      `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;
    const usage = { input_tokens: 3, output_tokens: 1 };
    return [
      event("message_start", { message: { ...anthropicMessage, content: [], stop_reason: null, usage } }),
      event("content_block_start", { index: 0, content_block: { type: "text", text: "" } }),
      event("content_block_delta", { index: 0, delta: { type: "text_delta", text } }),
      event("content_block_stop", { index: 0 }),
      event("message_delta", {
        delta: { stop_reason: "end_turn", stop_sequence: null },
        usage: { output_tokens: 4 },
      }),
      event("message_stop", {}),
    ].join("");
  },
};
