import net from "node:net";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { exampleCall as call } from "../../../test/support/call.ts";
import {
  plainResponse,
  rawServer,
  STREAM_END,
  STREAM_HEAD,
  streamChunk,
  type RawServer,
} from "../../../test/support/raw-server.ts";
import { systemClock } from "../../core/clock.ts";
import { failure } from "../../core/failure.ts";
import type { Attempt, Call, Channel } from "../../core/provider.ts";
import { anthropicProvider, openaiProvider, simulatedProvider } from "../apis.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function serverThat(answer: Parameters<typeof rawServer>[0]): Promise<RawServer> {
  const server = await rawServer(answer);
  closing.push(() => server.close());
  return server;
}

function channelTo(url: string, apiKey: string | null = "key-1234"): Channel {
  const provider = openaiProvider({ name: "openai", baseUrl: `${url}/v1`, apiKey, userAgent: "test/1" }, systemClock);
  const channel = provider.openChannel();
  closing.push(() => channel.close());
  return channel;
}

const plainCall = (): Call => call({ request: { model: "m", prompt: "Hi", stream: false } });
const event = (fields: object): string => `data: ${JSON.stringify(fields)}\n\n`;
const text = (content: string): string => event({ choices: [{ delta: { content } }] });
const DONE = "data: [DONE]\n\n";
const stream = (...chunks: string[]): string => STREAM_HEAD + chunks.map(streamChunk).join("") + STREAM_END;
const COMPLETION = JSON.stringify({ id: "c", choices: [{ message: { content: "Hello" }, finish_reason: "stop" }] });

const failureOf = ({ outcome }: Attempt): ReturnType<typeof failure> => {
  if (outcome.ok) throw new Error("the attempt succeeded");
  return outcome.failure;
};
const contentOf = ({ outcome }: Attempt): string | null => {
  if (!outcome.ok) throw new Error(outcome.failure.message);
  return outcome.response.content;
};

describe("an answer with a status that there is not", () => {
  it.each(["000", "001", "099"])("such as %s is no HTTP, in our own words", async (status) => {
    const server = await serverThat((socket) => socket.end(`HTTP/1.1 ${status} Nope\r\ncontent-length: 2\r\n\r\n{}`));
    const failed = failureOf(await channelTo(server.url).send(plainCall()));
    expect(failed).toMatchObject({ code: "stream_malformed", http_status: null });
    expect(failed.message).toMatch(/^what 127\.0\.0\.1:\d+ sent is not HTTP\/1\.1: its status code is below 100$/);
  });

  it("has no text of an assertion on a kept-alive connection either", async () => {
    const server = await serverThat((socket) => {
      const first = server.requests.length === 1;
      socket.write(first ? plainResponse(200, COMPLETION) : "HTTP/1.1 000 Nope\r\ncontent-length: 0\r\n\r\n");
    });
    const channel = channelTo(server.url);
    expect(contentOf(await channel.send(plainCall()))).toBe("Hello");
    expect(failureOf(await channel.send(plainCall())).message).not.toMatch(/assert/i);
  });
});

describe("an HTTP channel", () => {
  it("tells of reasoning and text as they come, apart", async () => {
    const thought = (reasoning_content: string): string => event({ choices: [{ delta: { reasoning_content } }] });
    const pieces = [thought("First "), thought("second"), text("Hel"), thought(" third"), text("lo"), DONE];
    const server = await serverThat((socket) => socket.write(stream(...pieces)));
    const heard: string[] = [];
    const observer = {
      sent() {},
      tokens() {},
      text: (delta: string) => void heard.push(`text ${delta}`),
      reasoning: (delta: string) => void heard.push(`reasoning ${delta}`),
    };
    await channelTo(server.url).send(call({ observer }));
    expect(heard).toEqual(["reasoning First ", "reasoning second", "text Hel", "reasoning  third", "text lo"]);
  });

  it("sends the rendered request with the key to the base URL's path", async () => {
    const server = await serverThat((socket) => socket.write(plainResponse(200, COMPLETION)));
    expect(contentOf(await channelTo(server.url).send(plainCall()))).toBe("Hello");
    const [request] = server.requests;
    expect(request?.head).toMatch(/^POST \/v1\/chat\/completions HTTP\/1\.1/);
    expect(request?.head).toContain("authorization: Bearer key-1234");
    expect(request?.head).toContain("user-agent: test/1");
    expect(JSON.parse(request?.body ?? "")).toEqual({ model: "m", messages: [{ role: "user", content: "Hi" }] });
  });

  it("uses one connection for request after request, and says when it had to open it", async () => {
    const server = await serverThat((socket) => socket.write(plainResponse(200, COMPLETION)));
    const channel = channelTo(server.url);
    const attempts = [
      await channel.send(plainCall()),
      await channel.send(plainCall()),
      await channel.send(plainCall()),
    ];
    expect(server.connections).toBe(1);
    expect(attempts.map(({ instants }) => instants.connected !== null)).toEqual([true, false, false]);
  });

  it("orders its instants: connect, send, headers, first token, last token, end", async () => {
    const nothing = (): void => {};
    let sendMore = nothing;
    const server = await serverThat((socket) => {
      sendMore = () => socket.end(Buffer.concat([streamChunk(text("b") + DONE), Buffer.from(STREAM_END)]));
      socket.write(STREAM_HEAD + streamChunk(text("a")).toString());
    });
    // The second token leaves when the first was read, so that no machine can bring both in one read.
    const tokens = (): void => {
      sendMore();
      sendMore = nothing;
    };
    const observer = { sent() {}, tokens };
    const { instants, gapsMs } = await channelTo(server.url).send(call({ observer }));
    const order = [
      instants.connectStarted,
      instants.connected,
      instants.sent,
      instants.headers,
      instants.firstToken,
      instants.lastToken,
      instants.done,
    ];
    expect(order).not.toContain(null);
    expect(order).toEqual([...order].toSorted((a, b) => (a ?? 0) - (b ?? 0)));
    expect(gapsMs).toHaveLength(1);
    expect(gapsMs[0]).toBeGreaterThan(0);
  });

  it("counts the deltas that one socket read brought, and invents no times between them", async () => {
    const server = await serverThat((socket) => socket.write(stream(text("a"), text("b"), text("c"), DONE)));
    const attempt = await channelTo(server.url).send(call());
    expect(attempt).toMatchObject({ deltasPerRead: [3], gapsMs: [], requestId: "req-1" });
  });

  it("takes no role-only, usage-only or comment packet for the first token", async () => {
    let tokenLeft = Infinity;
    const server = await serverThat((socket) => {
      socket.write(STREAM_HEAD + streamChunk(event({ choices: [{ delta: { role: "assistant", content: "" } }] })));
      setTimeout(() => socket.write(streamChunk(": keep-alive\n\n")), 10);
      setTimeout(() => {
        tokenLeft = systemClock.now();
        socket.write(streamChunk(text("a") + DONE) + STREAM_END);
      }, 30);
    });
    const { instants } = await channelTo(server.url).send(call());
    expect(instants.firstToken).toBeGreaterThanOrEqual(tokenLeft);
  });

  it("hands text on while it comes", async () => {
    const server = await serverThat((socket) => socket.write(stream(text("a"), text("b"), DONE)));
    const heard: string[] = [];
    const observer = { sent() {}, tokens() {}, text: (delta: string) => void heard.push(delta) };
    await channelTo(server.url).send(call({ observer }));
    expect(heard).toEqual(["a", "b"]);
  });

  it("keeps the raw body when asked, of an answer and of a refusal", async () => {
    const server = await serverThat((socket, { number }) =>
      socket.write(number === 0 ? stream(text("ä"), DONE) : plainResponse(400, '{"error":{"message":"no"}}')),
    );
    const channel = channelTo(server.url);
    expect((await channel.send(call({ keepRaw: true }))).raw).toBe(text("ä") + DONE);
    expect((await channel.send(call({ keepRaw: true }))).raw).toBe('{"error":{"message":"no"}}');
  });

  it("reads the same answer however the bytes are cut", async () => {
    const body = Buffer.from(
      `: hi\r\n\r\n${text("Grüße ")}event: message\ndata: ${JSON.stringify({ choices: [{ delta: { content: "😀\u2028" } }] })}\n\n` +
        event({ choices: [{ delta: {}, finish_reason: "stop" }], usage: { prompt_tokens: 1, completion_tokens: 2 } }) +
        DONE,
    );
    let pieces: Buffer[] = [];
    const server = await serverThat((socket) => {
      socket.write(STREAM_HEAD);
      for (const piece of pieces) socket.write(streamChunk(piece));
      socket.write(STREAM_END);
    });
    const channel = channelTo(server.url);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: body.length - 1 }), { maxLength: 60 }), async (cuts) => {
        const at = [0, ...[...new Set(cuts)].toSorted((a, b) => a - b), body.length];
        pieces = at.slice(1).map((end, i) => body.subarray(at[i], end));
        const { outcome } = await channel.send(call());
        expect(outcome).toMatchObject({
          ok: true,
          response: { content: "Grüße 😀\u2028", finish_reason: "stop", usage: { total_tokens: 3 } },
        });
      }),
      { numRuns: 60 },
    );
    pieces = [...body].map((byte) => Buffer.from([byte]));
    expect(contentOf(await channel.send(call()))).toBe("Grüße 😀\u2028");
  });
});

describe("an HTTP channel's failures", () => {
  const cases: [string, string, string][] = [
    ["a stream without its end marker", stream(text("a")), "stream_cut"],
    [
      "half an event at the end of a stream",
      STREAM_HEAD + streamChunk(`${text("a")}data: {"cho`) + STREAM_END,
      "stream_cut",
    ],
    ["an error event inside a 200", stream(text("a"), event({ error: { message: "boom" } })), "stream_error"],
    ["an event that is not JSON", stream(text("a"), "data: <oops>\n\n", DONE), "stream_malformed"],
    [
      "an HTML page in place of a stream",
      plainResponse(200, "<html>", { "content-type": "text/html" }),
      "stream_malformed",
    ],
    ["a JSON answer to a streaming request", plainResponse(200, COMPLETION), "stream_malformed"],
    ["an empty stream", stream(), "stream_cut"],
    ["a redirect", plainResponse(302, "", { location: "http://elsewhere/" }), "invalid_request"],
    ["a refusal", plainResponse(401, '{"error":{"message":"no"}}'), "auth"],
  ];
  it.each(cases)("report %s", async (_name, bytes, code) => {
    const server = await serverThat((socket) => socket.write(bytes));
    expect(failureOf(await channelTo(server.url).send(call())).code).toBe(code);
  });

  it("report a plain answer of another shape", async () => {
    const server = await serverThat((socket) => socket.write(plainResponse(200, '{"ok":true}')));
    expect(failureOf(await channelTo(server.url).send(plainCall())).code).toBe("stream_malformed");
  });

  it("report a reset inside a stream as a cut, and before any response as a lost connection", async () => {
    const server = await serverThat((socket, { number }) => {
      if (number === 0) socket.write(STREAM_HEAD + streamChunk(text("a")));
      setTimeout(() => socket.resetAndDestroy(), number === 0 ? 20 : 0);
    });
    const channel = channelTo(server.url);
    expect(failureOf(await channel.send(call()))).toMatchObject({ code: "stream_cut", http_status: 200 });
    const lost = failureOf(await channel.send(call()));
    expect(lost).toMatchObject({ code: "connection", stale_connection: false });
  });

  it("take a whole answer for one, though the connection breaks after its end marker", async () => {
    const server = await serverThat((socket) => {
      socket.write(STREAM_HEAD + streamChunk(text("a") + DONE));
      setTimeout(() => socket.resetAndDestroy(), 20);
    });
    expect(contentOf(await channelTo(server.url).send(call()))).toBe("a");
  });

  it("mark a kept-alive connection that the server closed when the next request came", async () => {
    const server = await serverThat((socket, { onConnection }) => {
      if (onConnection === 0) socket.write(plainResponse(200, COMPLETION));
      else socket.destroy();
    });
    const channel = channelTo(server.url);
    await channel.send(plainCall());
    expect(failureOf(await channel.send(plainCall()))).toMatchObject({ code: "connection", stale_connection: true });
    expect(contentOf(await channel.send(plainCall()))).toBe("Hello");
  });

  it("tell how long the server asked to wait, in seconds, in milliseconds or until a date", async () => {
    const inAMinute = new Date(Date.now() + 60_000).toUTCString();
    const waits = [
      { "retry-after": "2" },
      { "retry-after-ms": "150", "retry-after": "9" },
      { "retry-after": inAMinute },
      {},
      // By the clock of the server, which this machine's need not agree with.
      { date: "Tue, 06 Mar 2001 10:00:00 GMT", "retry-after": "Tue, 06 Mar 2001 10:00:07 GMT" },
    ];
    const server = await serverThat((socket, { number }) => {
      socket.write(plainResponse(429, '{"error":{"message":"slow down"}}', waits[number]));
    });
    const channel = channelTo(server.url);
    const asked: (number | null)[] = [];
    for (const _ of waits) asked.push(failureOf(await channel.send(call())).retry_after_ms);
    expect([asked[0], asked[1], asked[3], asked[4]]).toEqual([2000, 150, null, 7000]);
    expect(asked[2]).toBeGreaterThan(50_000);
  });

  it("report what cannot be connected to: a closed port, an unknown host, a server without TLS", async () => {
    const server = await rawServer(() => {});
    await server.close();
    expect(failureOf(await channelTo(server.url).send(call())).code).toBe("refused");
    expect(failureOf(await channelTo("http://no-such-host.invalid").send(call())).code).toBe("dns");
    const plain = net.createServer((socket) =>
      socket
        .on("error", () => {})
        .resume()
        .end("HTTP/1.1 400 Bad Request\r\n\r\n"),
    );
    await new Promise<void>((resolve) => plain.listen(0, "127.0.0.1", resolve));
    closing.push(() => new Promise((resolve) => plain.close(() => resolve())));
    const { port } = plain.address() as net.AddressInfo;
    const overTls = failureOf(await channelTo(`https://127.0.0.1:${port}`).send(call()));
    expect(overTls).toMatchObject({ code: "tls", http_status: null });
  });

  it("end at once with the signal's reason, in a stream, before a connection, and before the start", async () => {
    const reason = failure("timeout_total", "too long");
    const server = await serverThat((socket) => socket.write(STREAM_HEAD + streamChunk(text("a"))));
    const inStream = new AbortController();
    const observer = { sent() {}, tokens: () => inStream.abort(reason) };
    const channel = channelTo(server.url);
    expect(failureOf(await channel.send(call({ signal: inStream.signal, observer })))).toMatchObject({
      code: reason.code,
      message: reason.message,
    });

    const early = new AbortController();
    const pending = channelTo(server.url).send(call({ signal: early.signal }));
    early.abort(reason);
    expect(failureOf(await pending).code).toBe("timeout_total");
    expect(failureOf(await channel.send(call({ signal: AbortSignal.abort(reason) }))).code).toBe("timeout_total");
  });

  it("before a connection leave no socket behind, and the next request has instants of its own", async () => {
    const sockets: net.Socket[] = [];
    // Accepts and stays silent: a secure connection to it never opens.
    const silent = net.createServer((socket) => void sockets.push(socket.on("error", () => {}).resume()));
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as net.AddressInfo;
    const channel = channelTo(`https://127.0.0.1:${port}`);
    const ending = new AbortController();
    const pending = channel.send(call({ signal: ending.signal }));
    await expect.poll(() => sockets.length).toBe(1);
    ending.abort(failure("timeout_connect", "no connection"));
    expect(failureOf(await pending).code).toBe("timeout_connect");
    await expect.poll(() => sockets[0]?.closed).toBe(true);
    await new Promise<void>((resolve) => silent.close(() => resolve()));
  });

  it("on a kept-alive connection that breaks late are no stale connection: the server may have worked", async () => {
    const server = await serverThat((socket, { onConnection }) => {
      if (onConnection === 0) socket.write(plainResponse(200, COMPLETION));
      else setTimeout(() => socket.destroy(), 700);
    });
    const channel = channelTo(server.url);
    await channel.send(plainCall());
    expect(failureOf(await channel.send(plainCall()))).toMatchObject({ code: "connection", stale_connection: false });
  });

  it("are none when the server only keeps the connection open after its end marker", async () => {
    const server = await serverThat((socket) => socket.write(STREAM_HEAD + streamChunk(text("a") + DONE)));
    const attempt = await channelTo(server.url).send(call());
    expect(contentOf(attempt)).toBe("a");
    expect(attempt.instants.done - (attempt.instants.lastToken ?? 0)).toBeLessThan(500);
  });

  it("include a request that cannot be sent at all, such as one with a header that HTTP forbids", async () => {
    const server = await serverThat((socket) => socket.write(plainResponse(200, COMPLETION)));
    const options = { name: "o", baseUrl: `${server.url}/v1`, apiKey: "key\nwith a line break", userAgent: "test/1" };
    const channel = openaiProvider(options, systemClock).openChannel();
    expect(failureOf(await channel.send(plainCall())).code).toBe("connection");
    expect(server.requests).toHaveLength(0);
  });

  it("leave the channel fit for the next request", async () => {
    const server = await serverThat((socket, { number }) => {
      if (number === 0) socket.write(STREAM_HEAD + streamChunk(text("a")));
      else socket.write(stream(text("b"), DONE));
    });
    const channel = channelTo(server.url);
    const ending = new AbortController();
    const observer = { sent() {}, tokens: () => ending.abort(failure("cancelled", "enough")) };
    await channel.send(call({ signal: ending.signal, observer }));
    expect(contentOf(await channel.send(call()))).toBe("b");
  });
});

it("a configured header replaces ours, however its name is spelled", async () => {
  const server = await serverThat((socket) => socket.write(plainResponse(200, COMPLETION)));
  const headers = { Authorization: "Basic abc" };
  const options = { name: "o", baseUrl: `${server.url}/v1`, apiKey: "key-1234", headers, userAgent: "test/1" };
  const channel = openaiProvider(options, systemClock).openChannel();
  closing.push(() => channel.close());
  await channel.send(plainCall());
  expect(server.requests[0]?.head.match(/^authorization: .*$/gim)).toEqual(["authorization: Basic abc"]);
});

describe("the other APIs", () => {
  it("send Anthropic's headers to its path", async () => {
    const answer = JSON.stringify({ type: "message", content: [{ type: "text", text: "Hello" }] });
    const server = await serverThat((socket) => socket.write(plainResponse(200, answer)));
    const options = { name: "anthropic", baseUrl: `${server.url}/v1`, apiKey: "key-1234", userAgent: "test/1" };
    const channel = anthropicProvider(options, systemClock).openChannel();
    closing.push(() => channel.close());
    expect(contentOf(await channel.send(plainCall()))).toBe("Hello");
    expect(server.requests[0]?.head).toMatch(/^POST \/v1\/messages /);
    expect(server.requests[0]?.head).toContain("x-api-key: key-1234");
  });

  it("tell only the simulator which case and attempt it is", async () => {
    const server = await serverThat((socket) => socket.write(plainResponse(200, COMPLETION)));
    const simulated = simulatedProvider({ baseUrl: `${server.url}/v1`, userAgent: "test/1" }, systemClock);
    expect(simulated.simulated).toBe(true);
    const channel = simulated.openChannel();
    closing.push(() => channel.close());
    await channel.send({ ...plainCall(), test_id: "a b/ü\n", sample: 2, attempt: 1 });
    await channelTo(server.url).send(plainCall());
    expect(server.requests[0]?.head).toContain("x-sim-case: a%20b%2F%C3%BC%0A%232");
    expect(server.requests[0]?.head).toContain("x-sim-attempt: 1");
    expect(server.requests[1]?.head).not.toContain("x-sim");
  });
});
