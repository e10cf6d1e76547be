import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { fakeClock } from "../../test/support/fake-clock.ts";
import { sendStream, sharedNow } from "./exchange.ts";
import { openaiWire } from "./wire-openai.ts";
import { wordsOf } from "./words.ts";

test("tokens that are due together go to the socket one by one", async () => {
  const due = Array.from({ length: 40 }, () => 0);
  const answer = {
    id: "1",
    model: "m",
    created: 0,
    promptTokens: 1,
    tokens: wordsOf(1, "c", due.length),
    finish: "stop",
    includeUsage: false,
  } as const;
  const written: string[] = [];
  const server = createServer((_request, response) => {
    recordWrites(response, written);
    const clock = fakeClock();
    const receivedAt = clock.now();
    const arrival = { receivedAt, receivedNs: sharedNow(), dueAt: (afterMs: number): number => receivedAt + afterMs };
    sendStream({ response, wire: openaiWire, clock, ...arrival, requestId: "r" }, answer, due, null);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const reply = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  expect(await reply.text()).toContain("[DONE]");
  const tokensPerWrite = written.map((text) => text.split('"sent_ns"').length - 1);
  expect(tokensPerWrite).toEqual([0, ...due.map(() => 1), 0]);
  await new Promise((resolve) => server.close(resolve));
});

/** Hears what the socket hands to the operating system in one piece. */
function recordWrites({ socket }: ServerResponse, written: string[]): void {
  const handOver = socket?._writev?.bind(socket);
  if (socket === null || handOver === undefined) throw new Error("no socket to listen to");
  socket._writev = (pieces, done) => {
    written.push(pieces.map(({ chunk }) => String(chunk)).join(""));
    handOver(pieces, done);
  };
}
