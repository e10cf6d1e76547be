import { readFileSync, writeFileSync } from "node:fs";
import type net from "node:net";
import { join } from "node:path";
import {
  constants,
  createBrotliCompress,
  createDeflate,
  createGzip,
  type BrotliCompress,
  type Deflate,
  type Gzip,
} from "node:zlib";
import { describe, expect, it, vi } from "vitest";
import type { TestResult } from "../../src/core/result.ts";
import { runCli, tempDir } from "../support/cli.ts";
import { COMPLETION } from "../support/openai-channel.ts";
import { plainResponse, rawServer, STREAM_END, STREAM_HEAD, streamChunk } from "../support/raw-server.ts";
import { addresses, closedAfterTest } from "../support/servers.ts";

// The attacks send some hundred megabytes.
vi.setConfig({ testTimeout: 120_000 });

/** Repeats these bytes for as long as the client reads. */
function endless(socket: net.Socket, piece: string | Buffer): void {
  const bytes = Buffer.from(piece);
  const block = Buffer.concat(Array<Buffer>(Math.ceil(65_536 / bytes.length)).fill(bytes));
  const more = (): void => {
    while (socket.writable && socket.write(block));
  };
  socket.on("drain", more);
  more();
}

const TOO_LARGE = "response_too_large";
const TIMEOUT = "timeout_total";

const HEAD = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
const CHUNKED = `${HEAD}transfer-encoding: chunked\r\n\r\n`;
const begin = (socket: net.Socket, head: string, piece: string | Buffer): void => {
  socket.write(head);
  endless(socket, piece);
};
const longToken = (length: number): string =>
  `data: ${JSON.stringify({ choices: [{ delta: { content: "a".repeat(length) } }] })}\n\n`;

/** Writes one piece after the other, slower than any limit of bytes would notice. */
const dripping = (head: string, piece: string | Buffer): Attack["run"] => {
  return (socket) => {
    socket.write(head);
    const timer = setInterval(() => socket.write(piece), 50);
    socket.on("close", () => clearInterval(timer));
  };
};

const { Z_FULL_FLUSH, BROTLI_OPERATION_FLUSH, BROTLI_PARAM_QUALITY } = constants;
const COMPRESSED: Readonly<Record<string, () => [compressor: BrotliCompress | Deflate | Gzip, flush: number]>> = {
  gzip: () => [createGzip(), Z_FULL_FLUSH],
  deflate: () => [createDeflate(), Z_FULL_FLUSH],
  br: () => [createBrotliCompress({ params: { [BROTLI_PARAM_QUALITY]: 3 } }), BROTLI_OPERATION_FLUSH],
};

/**
 * Some 800 MB of `piece`, compressed. Blocks that are flushed apart look alike from the third or fourth on, so the last
 * of a few is repeated: making such a bomb would cost more than taking it.
 */
async function bombOf(encoding: string, piece: string): Promise<Buffer> {
  const [compressor, flush] = COMPRESSED[encoding]?.() ?? [createGzip(), Z_FULL_FLUSH];
  const block = Buffer.alloc(Math.ceil(2_000_000 / piece.length) * piece.length, piece);
  const blocks: Buffer[] = [];
  for (let i = 0; i < 5; i += 1) {
    compressor.write(block);
    await new Promise<void>((resolve) => compressor.flush(flush, resolve));
    blocks.push(compressor.read() as Buffer);
  }
  const [last] = blocks.slice(-1);
  return Buffer.concat([...blocks, ...Array<Buffer>(400).fill(last ?? Buffer.of())]);
}

/** The same attack in each encoding of a body. */
function bombs(what: string, type: string, piece: string, says: RegExp): Record<string, Attack> {
  return Object.fromEntries(
    Object.keys(COMPRESSED).map((encoding) => [
      `a bomb of ${encoding}: ${what}`,
      {
        code: TOO_LARGE,
        says,
        run: async (socket) => {
          const bomb = await bombOf(encoding, piece);
          socket.write(`HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\ncontent-encoding: ${encoding}\r\n`);
          socket.write(`content-length: ${bomb.length}\r\n\r\n`);
          socket.write(bomb);
        },
      },
    ]),
  );
}

interface Attack {
  readonly code: string | null;
  readonly says?: RegExp;
  readonly run: (socket: net.Socket) => unknown;
}

/** What a server may do whatever was asked for. */
const ANY: Readonly<Record<string, Attack>> = {
  "endless headers": { code: TOO_LARGE, says: /head/, run: (socket) => begin(socket, HEAD, "x-a: b\r\n") },
  "an endless header": { code: TOO_LARGE, says: /head/, run: (socket) => begin(socket, `${HEAD}x-a: `, "b") },
  "an endless status line": {
    code: TOO_LARGE,
    says: /what comes before the answer is longer than 256 KiB/,
    run: (socket) => begin(socket, "HTTP/1.1 200 ", "b"),
  },
  "interim responses without end": {
    code: TOO_LARGE,
    says: /what comes before the answer/,
    run: (socket) => endless(socket, "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"),
  },
  "endless chunk extensions": {
    code: TOO_LARGE,
    says: /the answer is longer than 64 MiB/,
    run: (socket) => begin(socket, `${CHUNKED}1;`, "a"),
  },
  "an endless trailer": { code: TOO_LARGE, says: /head/, run: (socket) => begin(socket, `${CHUNKED}0\r\nx-a: `, "b") },
  "garbage before HTTP": {
    code: "stream_malformed",
    says: /is not HTTP\/1\.1/,
    run: (socket) => begin(socket, "SSH-2.0-OpenSSH_9.6\r\n", "\u0000\u0001"),
  },
  "a head byte by byte for ever": { code: TIMEOUT, run: dripping("HTTP/1.1 200 OK\r\nx-a: ", "x") },
};

const PLAIN: Readonly<Record<string, Attack>> = {
  ...ANY,
  "an endless body": {
    code: TOO_LARGE,
    says: /the body is longer than 8 MiB/,
    run: (socket) => begin(socket, `${HEAD}content-length: 999999999999999\r\n\r\n`, "a"),
  },
  "an endless body in tiny chunks": {
    code: TOO_LARGE,
    says: /the body is longer than 8 MiB/,
    // Half a million of them come to the limit.
    run: (socket) => begin(socket, CHUNKED, `10\r\n${"x".repeat(16)}\r\n`),
  },
  ...bombs("one body", "application/json", "\0", /the body is longer than 8 MiB/),
  "a body byte by byte for ever": { code: TIMEOUT, run: dripping(CHUNKED, "1\r\nx\r\n") },
  "JSON of a million levels": {
    code: "stream_malformed",
    run: (socket) => socket.write(plainResponse(200, `{"choices":${"[".repeat(1e6)}${"]".repeat(1e6)}}`)),
  },
  "an error of a million levels": {
    code: "invalid_request",
    run: (socket) => socket.write(plainResponse(400, `{"error":{"a":${"[".repeat(1e6)}${"]".repeat(1e6)}}}`)),
  },
  "a content-length that is too long": {
    code: "connection",
    says: /inside the response/,
    run: (socket) => socket.end(`${HEAD}content-length: 9999\r\n\r\n{}`),
  },
  "a content-length that is too short": {
    code: "stream_malformed",
    run: (socket) => socket.write(`${HEAD}content-length: 5\r\n\r\n${COMPLETION}`),
  },
  "data after the answer": { code: null, run: (socket) => begin(socket, plainResponse(200, COMPLETION), "more") },
  "a second answer": {
    code: null,
    run: (socket) => socket.write(plainResponse(200, COMPLETION) + plainResponse(500, "{}")),
  },
  "nothing bad after all that": { code: null, run: (socket) => socket.write(plainResponse(200, COMPLETION)) },
};

const inStream = (piece: string, first = ""): Attack["run"] => {
  return (socket) =>
    begin(socket, STREAM_HEAD + streamChunk(first || piece).toString(), streamChunk(piece.repeat(100)));
};

const STREAMED: Readonly<Record<string, Attack>> = {
  ...ANY,
  "an endless line": {
    code: TOO_LARGE,
    says: /an event of the stream is longer than 8 MiB/,
    run: inStream("a", "data: a"),
  },
  "an endless event": { code: TOO_LARGE, says: /an event of the stream/, run: inStream("data: a\n") },
  "comments without end": { code: TOO_LARGE, says: /an event of the stream/, run: inStream(": a\n\n") },
  "empty events without end": { code: TOO_LARGE, says: /more than 500000 events/, run: inStream("data: {}\n\n") },
  "tokens without end": {
    code: TOO_LARGE,
    says: /the answer is longer than 64 MiB|more than 500000/,
    run: inStream(longToken(1)),
  },
  "long tokens without end": {
    code: TOO_LARGE,
    says: /the answer is longer than 64 MiB/,
    run: inStream(longToken(900)),
  },
  "ten million tiny events": {
    code: TOO_LARGE,
    says: /more than 500000 events/,
    run(socket) {
      socket.write(STREAM_HEAD);
      const block = streamChunk("data: {}\n\n".repeat(10_000));
      let left = 1000;
      const more = (): void => {
        while (left > 0) {
          left -= 1;
          if (!socket.write(block)) return;
        }
        socket.end(streamChunk("data: [DONE]\n\n").toString() + STREAM_END);
      };
      socket.on("drain", more);
      more();
    },
  },
  ...bombs("one event", "text/event-stream", "data: a\n", /an event of the stream is longer than 8 MiB/),
  ...bombs("long tokens", "text/event-stream", longToken(1_000_000), /the answer is longer than 64 MiB/),
  ...bombs("tiny events", "text/event-stream", "data: {}\n\n", /more than 500000 events/),
  "an event byte by byte for ever": { code: TIMEOUT, run: dripping(STREAM_HEAD, streamChunk("x")) },
  "a keep-alive comment for ever": { code: TIMEOUT, run: dripping(STREAM_HEAD, streamChunk(": wait\n\n")) },
  "a token now and then for ever": { code: TIMEOUT, run: dripping(STREAM_HEAD, streamChunk(longToken(1))) },
  "a stream in tiny chunks": {
    code: TOO_LARGE,
    says: /longer than (64|8) MiB/,
    run: (socket) => begin(socket, STREAM_HEAD, `10\r\n${":".repeat(16)}\r\n`),
  },
};

/** Tells the peak of the process's memory on stderr when it ends. */
const TELLS_MEMORY =
  "--import=data:text/javascript,process.on('exit',()=>process._rawDebug('peak',process.resourceUsage().maxRSS,'kB'))";

describe.each([
  { what: "a plain answer", attacks: PLAIN, flags: ["--no-stream"] },
  { what: "a stream", attacks: STREAMED, flags: [] },
])("a hostile server that was asked for $what", ({ attacks, flags }) => {
  it("ends each request with a clear failure and fills no memory", async () => {
    const server = closedAfterTest(
      await rawServer((socket, { body }) => {
        const { messages } = JSON.parse(body) as { messages: { content: string }[] };
        attacks[messages[0]?.content ?? ""]?.run(socket);
      }),
    );
    const cwd = tempDir();
    const test_cases = Object.keys(attacks).map((prompt, i) => ({
      id: String(i),
      prompt,
      config: { timeout: attacks[prompt]?.code === TIMEOUT ? "500ms" : "60s" },
    }));
    writeFileSync(join(cwd, "attacks.json"), JSON.stringify({ name: "attacks", version: "1", test_cases }));
    const args = ["bench", "-d", "attacks.json", "-p", "openai", "-c", "1", "-o", "out"];
    const env = { ...addresses(server.url), NODE_OPTIONS: `--max-old-space-size=192 ${TELLS_MEMORY}` };
    const result = await runCli([...args, "--retries", "0", ...flags], { cwd, env });
    const results = readFileSync(join(cwd, "out/results.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as TestResult);
    const codes = results.map(({ test_id, error }) => [test_cases[Number(test_id)]?.prompt, error?.code ?? null]);
    expect(Object.fromEntries(codes)).toEqual(
      Object.fromEntries(Object.entries(attacks).map(([name, { code }]) => [name, code])),
    );
    for (const { test_id, error } of results) {
      const says = attacks[test_cases[Number(test_id)]?.prompt ?? ""]?.says;
      if (says !== undefined) expect(error?.message).toMatch(says);
    }
    expect(result.code).toBe(1);
    const peakMb = Number(/^peak (\d+) kB$/m.exec(result.stderr)?.[1]) / 1000;
    expect(peakMb).toBeLessThan(400);
  });
});

describe("thirty streams at the same time", () => {
  const bench = async (
    streams: (socket: net.Socket) => void,
  ): Promise<{ codes: (string | null)[]; exit: number | null; peakMb: number; cwd: string }> => {
    const server = closedAfterTest(await rawServer(streams));
    const cwd = tempDir();
    const test_cases = Array.from({ length: 30 }, (_, i) => ({ id: String(i), prompt: "x" }));
    writeFileSync(join(cwd, "d.json"), JSON.stringify({ name: "d", version: "1", test_cases }));
    const args = ["bench", "-d", "d.json", "-p", "openai", "-c", "30", "-o", "out", "--retries", "0"];
    const result = await runCli(args, { cwd, env: { ...addresses(server.url), NODE_OPTIONS: TELLS_MEMORY } });
    const codes = readFileSync(join(cwd, "out/results.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as TestResult).error?.code ?? null);
    const peakMb = Number(/^peak (\d+) kB$/m.exec(result.stderr)?.[1]) / 1000;
    return { codes, exit: result.code, peakMb, cwd };
  };

  it("that never end fill no memory, and the run finishes", async () => {
    const { codes, exit, peakMb } = await bench((socket) => inStream(longToken(900))(socket));
    expect(codes).toEqual(Array.from({ length: 30 }, () => TOO_LARGE));
    expect(exit).toBe(1);
    expect(peakMb).toBeLessThan(1000);
  });

  it("that are long have their raw bodies cut where they would fill the memory, which is said of each", async () => {
    const waiting: net.Socket[] = [];
    const padding = streamChunk(`: ${"x".repeat(1e6)}\n\ndata: {"choices":[]}\n\n`);
    const end = streamChunk(`data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n`);
    const { codes, exit, peakMb, cwd } = await bench((socket) => {
      socket.write(STREAM_HEAD + streamChunk(longToken(3)).toString());
      for (let sent = 0; sent < 24; sent += 1) socket.write(padding);
      // What the last write waits for has left this process, so that the client holds most of it: only then may any end.
      socket.write(padding, () => {
        waiting.push(socket);
        if (waiting.length < 30) return;
        for (const each of waiting) each.end(Buffer.concat([end, Buffer.from(STREAM_END)]));
      });
    });
    expect([exit, codes]).toEqual([0, Array.from({ length: 30 }, () => null)]);
    expect(peakMb).toBeLessThan(1000);
    const responses = readFileSync(join(cwd, "out/responses.jsonl"), "latin1").trim().split("\n");
    const cut = responses.filter((line) => line.includes(',"raw_cut":true,"crc"'));
    expect(responses).toHaveLength(30);
    // Whose body is cut, and where, is a matter of whose bytes came first: all were in flight at once.
    expect(cut.length).toBeGreaterThan(0);
    expect(responses.reduce((sum, line) => sum + line.length, 0)).toBeLessThan(300e6);
    expect((await runCli(["journal", "check", "out"], { cwd })).code).toBe(0);
  });
});
