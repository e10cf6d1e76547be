import type net from "node:net";
import { describe, expect, it } from "vitest";
import { systemClock, type Clock } from "../../src/core/clock.ts";
import { DIRECT } from "../../src/core/network.ts";
import type { Connection, ExchangeListener, HttpHeaders, HttpRequest } from "../../src/providers/http/connection.ts";
import { routeTo, type Route } from "../../src/providers/http/open-socket.ts";
import { undiciConnection } from "../../src/providers/http/undici-connection.ts";
import { afterTest } from "../support/clean-up.ts";
import {
  plainResponse,
  rawServer,
  streamChunk,
  STREAM_END,
  STREAM_HEAD,
  type RawServer,
} from "../support/raw-server.ts";

// What any HTTP engine behind the seam must do, against real sockets. A further engine is one line here.
const ENGINES: readonly (readonly [string, (route: Route, clock: Clock) => Connection])[] = [
  ["undici", undiciConnection],
];

/** What was heard of one exchange. */
interface Heard {
  /** The names of the steps in their order; pieces of the body in a row count once. */
  readonly steps: string[];
  readonly instants: number[];
  readonly reads: number[];
  fresh: boolean | null;
  status: number | null;
  headers: HttpHeaders;
  body: string;
  error: unknown;
}

const REQUEST: HttpRequest = {
  path: "/v1/chat?a=1",
  headers: { "content-type": "application/json", "x-one": "1" },
  body: '{"text":"grüße 🎉"}',
};

function listening(onData?: (heard: Heard) => void): { listener: ExchangeListener; over: Promise<Heard> } {
  const heard: Heard = {
    steps: [],
    instants: [],
    reads: [],
    fresh: null,
    status: null,
    headers: {},
    body: "",
    error: null,
  };
  const pieces: Buffer[] = [];
  let end: (heard: Heard) => void = () => {};
  const over = new Promise<Heard>((resolve) => (end = resolve));
  const step = (name: string, at: number): void => {
    if (heard.steps.at(-1) !== name || name !== "data") heard.steps.push(name);
    heard.instants.push(at);
  };
  const listener: ExchangeListener = {
    connecting: (at) => step("connecting", at),
    connected: (at) => step("connected", at),
    sent(at, fresh) {
      step("sent", at);
      heard.fresh = fresh;
    },
    headers(at, status, headers) {
      step("headers", at);
      heard.status = status;
      heard.headers = headers;
    },
    data(at, read, chunk) {
      step("data", at);
      heard.reads.push(read);
      pieces.push(Buffer.from(chunk));
      heard.body = Buffer.concat(pieces).toString("utf8");
      onData?.(heard);
    },
    ended(at) {
      step("ended", at);
      end(heard);
    },
    failed(at, error) {
      step("failed", at);
      heard.error = error;
      end(heard);
    },
  };
  return { listener, over };
}

const FIRST = ["connecting", "connected", "sent"];
const WHOLE = ["headers", "data", "ended"];

describe.each(ENGINES)("a connection through %s", (_name, open) => {
  const connect = (server: Pick<RawServer, "url">): Connection => {
    const connection = open(routeTo(new URL(server.url), DIRECT), systemClock);
    afterTest(() => connection.close());
    return connection;
  };
  const serving = async (answer: Parameters<typeof rawServer>[0]): Promise<RawServer> => {
    const server = await rawServer(answer);
    afterTest(() => server.close());
    return server;
  };
  const exchange = (connection: Connection, onData?: (heard: Heard) => void): Promise<Heard> => {
    const { listener, over } = listening(onData);
    connection.exchange(REQUEST, listener);
    return over;
  };
  /** What one exchange with a server of these bytes comes to. */
  const answered = async (answer: (socket: net.Socket) => void): Promise<Heard> =>
    exchange(connect(await serving((socket) => answer(socket))));

  it("sends the request as it is, and says each step once, in order and never back in time", async () => {
    const server = await serving((socket) => socket.write(plainResponse(200, '{"a":1}', { "x-two": "2" })));
    const heard = await exchange(connect(server));
    expect(heard).toMatchObject({
      steps: [...FIRST, ...WHOLE],
      fresh: true,
      status: 200,
      body: '{"a":1}',
      error: null,
    });
    expect(heard.headers["x-two"]).toBe("2");
    expect(heard.instants).toEqual(heard.instants.toSorted((a, b) => a - b));
    const [{ head, body } = { head: "", body: "" }] = server.requests;
    expect(head.split("\r\n")[0]).toBe("POST /v1/chat?a=1 HTTP/1.1");
    expect(head).toMatch(new RegExp(`^host: ${new URL(server.url).host}$`, "im"));
    expect(head).toMatch(new RegExp(`^content-length: ${Buffer.byteLength(REQUEST.body)}$`, "im"));
    expect(head).toMatch(/^x-one: 1$/im);
    expect(body).toBe(REQUEST.body);
  });

  it("keeps its socket for the next exchange, which then opens none", async () => {
    const server = await serving((socket, { number }) => socket.write(plainResponse(200, String(number))));
    const connection = connect(server);
    const all = [await exchange(connection), await exchange(connection), await exchange(connection)];
    expect(all.map(({ body, fresh }) => [body, fresh])).toEqual([
      ["0", true],
      ["1", false],
      ["2", false],
    ]);
    expect(all[1]?.steps).toEqual(["sent", ...WHOLE]);
    expect(server.connections).toBe(1);
  });

  it("opens another socket where the server closed the last one after its answer", async () => {
    const server = await serving((socket) => socket.end(plainResponse(200, "x", { connection: "close" })));
    const connection = connect(server);
    for (let i = 0; i < 3; i += 1) {
      expect(await exchange(connection)).toMatchObject({ steps: [...FIRST, ...WHOLE], fresh: true, body: "x" });
    }
    expect(server.connections).toBe(3);
  });

  it("numbers the socket's reads: pieces of one read share a number and an instant", async () => {
    let seen = (): void => {};
    const server = await serving((socket) => {
      socket.write(Buffer.concat([Buffer.from(STREAM_HEAD), streamChunk("one,"), streamChunk("two,")]));
      // The next read begins when this one has been heard of.
      seen = () => socket.write(Buffer.concat([streamChunk("three"), Buffer.from(STREAM_END)]));
    });
    let went = false;
    const heard = await exchange(connect(server), ({ body }) => {
      if (went || !body.endsWith("two,")) return;
      went = true;
      seen();
    });
    expect(heard.body).toBe("one,two,three");
    expect(new Set(heard.reads).size).toBe(2);
    expect(heard.reads).toEqual(heard.reads.toSorted((a, b) => a - b));
    expect(new Set(heard.instants.slice(FIRST.length + 1, -2)).size).toBeLessThanOrEqual(2);
  });

  it.each<[string, (socket: net.Socket) => void, string]>([
    [
      "chunks of any size",
      (socket) => void socket.write(STREAM_HEAD + "1\r\na\r\n3;x=y\r\nbcd\r\n" + STREAM_END),
      "abcd",
    ],
    ["a trailer", (socket) => void socket.write(`${STREAM_HEAD}1\r\na\r\n0\r\nx-end: 1\r\n\r\n`), "a"],
    ["no length, until the server closes", (socket) => socket.end("HTTP/1.1 200 OK\r\n\r\nabc"), "abc"],
    ["HTTP/1.0", (socket) => socket.end("HTTP/1.0 200 OK\r\n\r\nabc"), "abc"],
    ["an answer before it", (socket) => void socket.write(`HTTP/1.1 102 x\r\n\r\n${plainResponse(200, "abc")}`), "abc"],
    ["characters of several bytes", (socket) => void socket.write(plainResponse(200, "grüße 🎉")), "grüße 🎉"],
    ["a status that is an error", (socket) => void socket.write(plainResponse(500, "abc")), "abc"],
  ])("reads an answer with %s", async (_what, answer, body) => {
    expect(await answered(answer)).toMatchObject({ steps: [...FIRST, ...WHOLE], body, error: null });
  });

  it("reads an answer that comes byte by byte as it reads the whole", async () => {
    const bytes = Buffer.concat([Buffer.from(STREAM_HEAD), streamChunk("grüße"), Buffer.from(STREAM_END)]);
    const heard = await answered((socket) => {
      let at = 0;
      const next = (): void => {
        if (at < bytes.length) socket.write(bytes.subarray(at, (at += 1)), () => setImmediate(next));
      };
      next();
    });
    expect(heard).toMatchObject({ steps: [...FIRST, ...WHOLE], body: "grüße" });
  });

  it("ends an answer without a body", async () => {
    const heard = await answered((socket) => void socket.write("HTTP/1.1 204 x\r\n\r\n"));
    expect(heard).toMatchObject({ steps: [...FIRST, "headers", "ended"], status: 204, body: "" });
  });

  it("gives headers of one name as a list, and names in lower case", async () => {
    const heard = await answered(
      (socket) => void socket.write("HTTP/1.1 200 OK\r\nX-A: 1\r\nx-a: 2\r\nContent-Length: 0\r\n\r\n"),
    );
    expect([heard.headers["x-a"]].flat().join(", ")).toBe("1, 2");
    expect(heard.headers["content-length"]).toBe("0");
  });

  it.each<[string, (socket: net.Socket) => void, readonly string[]]>([
    ["a reset before any answer", (socket) => socket.resetAndDestroy(), []],
    ["a close before any answer", (socket) => socket.end(), []],
    ["half of a head", (socket) => socket.end("HTTP/1.1 200 OK\r\nx-a"), []],
    ["what is not HTTP", (socket) => socket.end("hello\r\n\r\n"), []],
    [
      "a body shorter than its length",
      (socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc"),
      ["headers", "data"],
    ],
    ["chunks without an end", (socket) => socket.end(`${STREAM_HEAD}3\r\nabc\r\n`), ["headers", "data"]],
    ["a chunk of no size", (socket) => socket.end(`${STREAM_HEAD}x\r\nabc\r\n`), ["headers"]],
  ])("fails once for %s, and works again after it", async (_what, answer, steps) => {
    let broken = true;
    const server = await serving((socket) => {
      if (broken) answer(socket);
      else socket.write(plainResponse(200, "fine"));
    });
    const connection = connect(server);
    const heard = await exchange(connection);
    expect(heard.steps).toEqual([...FIRST, ...steps, "failed"]);
    expect(heard.error).toBeInstanceOf(Error);
    broken = false;
    expect(await exchange(connection)).toMatchObject({ steps: [...FIRST, ...WHOLE], body: "fine" });
  });

  it("fails without having sent where nobody listens", async () => {
    const server = await rawServer(() => {});
    await server.close();
    const heard = await exchange(connect(server));
    expect(heard.steps).toEqual(["connecting", "failed"]);
    expect(heard.error).toMatchObject({ code: "ECONNREFUSED" });
  });

  it.each(["at once", "while it waits for an answer", "within the body"])(
    "ends %s as failed with the given error, says nothing after it, and works again",
    async (when) => {
      let asked = (): void => {};
      const server = await serving((socket, { number }) => {
        if (number > 0 || when === "at once") return void socket.write(plainResponse(200, "fine"));
        if (when === "within the body") socket.write(`${STREAM_HEAD}1\r\na\r\n`);
        asked();
      });
      const connection = connect(server);
      const reason = new Error("enough");
      let abort: (error: Error) => void = () => {};
      const { listener, over } = listening(() => abort(reason));
      abort = connection.exchange(REQUEST, listener);
      if (when === "at once") abort(reason);
      if (when === "while it waits for an answer") asked = () => abort(reason);
      const heard = await over;
      expect([heard.steps.at(-1), heard.error]).toEqual(["failed", reason]);
      const said = heard.steps.length;
      abort(new Error("again"));
      expect(await exchange(connection)).toMatchObject({ body: "fine", error: null });
      expect(heard.steps).toHaveLength(said);
    },
  );

  it("ends an exchange that runs when it is closed", async () => {
    let asked = (): void => {};
    const server = await serving(() => asked());
    const connection = connect(server);
    const { listener, over } = listening();
    asked = () => void connection.close();
    connection.exchange(REQUEST, listener);
    expect((await over).steps.at(-1)).toBe("failed");
  });
});
