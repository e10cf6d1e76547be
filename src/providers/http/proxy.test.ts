import { readFileSync } from "node:fs";
import net from "node:net";
import { describe, expect, it } from "vitest";
import { exampleCall } from "../../../test/support/call.ts";
import { COMPLETION, contentOf, failureOf, openaiChannel, plainCall } from "../../../test/support/openai-channel.ts";
import { proxyServer } from "../../../test/support/proxy-server.ts";
import { plainResponse, rawServer, type RawServer } from "../../../test/support/raw-server.ts";
import { closedAfterTest, simulator } from "../../../test/support/servers.ts";
import { certificateFile, plainServer, tlsServer } from "../../../test/support/tls-files.ts";
import { failure } from "../../core/failure.ts";
import type { Network } from "../../core/network.ts";

const CA = readFileSync(certificateFile("ca"), "utf8");
const BASIC = "Basic dXNlcjpwYTpzcw==";

const through = (url: string, more: { authorization?: string; ca?: string | null } = {}): Network => ({
  proxy: { url, authorization: more.authorization ?? null, source: "HTTPS_PROXY" },
  ca: more.ca === undefined ? CA : more.ca,
});

async function helloServer(): Promise<RawServer & { port: number }> {
  const server = closedAfterTest(await rawServer((socket) => socket.write(plainResponse(200, COMPLETION))));
  return Object.assign(server, { port: Number(new URL(server.url).port) });
}

describe.each([{ secure: false }, { secure: true }])("through a proxy (spoken to over TLS: $secure)", ({ secure }) => {
  it("an https server is reached by a tunnel, whose opening is in the connect time", async () => {
    const port = await tlsServer("server", plainResponse(200, COMPLETION));
    const proxy = await proxyServer({ port, secure, wants: BASIC });
    const channel = openaiChannel("https://api.test", through(proxy.url, { authorization: BASIC }));
    const first = await channel.send(plainCall());
    expect(contentOf(first)).toBe("Hello");
    expect(contentOf(await channel.send(plainCall()))).toBe("Hello");
    // One tunnel for both; the name is the proxy's to look up.
    expect(proxy.requests).toEqual([
      expect.objectContaining({ method: "CONNECT", target: "api.test:443", authorization: BASIC }),
    ]);
    expect(proxy.requests[0]?.headers["authorization"]).toBeUndefined();
    const { connectStarted, connected, sent } = first.instants;
    expect(connectStarted).toBeLessThan(proxy.requests[0]?.at ?? 0);
    expect(connected).toBeGreaterThan(proxy.requests[0]?.at ?? Infinity);
    expect(sent).toBeGreaterThanOrEqual(connected ?? Infinity);
  });

  it("an http server is asked for by whole URLs over one connection", async () => {
    const server = await helloServer();
    const proxy = await proxyServer({ port: server.port, secure, wants: BASIC });
    const channel = openaiChannel("http://models.test:8000", through(proxy.url, { authorization: BASIC }));
    expect(contentOf(await channel.send(plainCall()))).toBe("Hello");
    const again = await channel.send(plainCall());
    expect(contentOf(again)).toBe("Hello");
    expect(again.instants.connected).toBeNull();
    expect(proxy.requests.map(({ method, target }) => `${method} ${target}`)).toEqual([
      "POST http://models.test:8000/v1/chat/completions",
      "POST http://models.test:8000/v1/chat/completions",
    ]);
    expect(server.requests[0]?.head).toContain("host: models.test:8000");
    expect(server.requests[0]?.head).not.toContain("proxy-authorization");
  });
});

it("a stream through a proxy is stamped read by read", async () => {
  const server = await simulator({ ttftMs: 20, tpotMs: 5, tokens: 6, jitter: 0, allowHosts: ["models.test"] });
  const proxy = await proxyServer({ port: Number(new URL(server.url).port) });
  const attempt = await openaiChannel("http://models.test", through(proxy.url)).send(exampleCall());
  expect(attempt.outcome.ok).toBe(true);
  expect(attempt.deltasPerRead.reduce((sum, n) => sum + n, 0)).toBe(6);
});

describe("a proxy that is of no use", () => {
  it("and asks for a user is told of with the variable to write it into", async () => {
    const server = await helloServer();
    const proxy = await proxyServer({ port: server.port, wants: BASIC });
    for (const url of ["https://api.test", "http://models.test"]) {
      const none = failureOf(await openaiChannel(url, through(proxy.url)).send(plainCall()));
      expect(none.code).toBe("proxy");
      expect(none.message).toMatch(/asks for a user and password \(407\).*HTTPS_PROXY=http:\/\/USER:PASSWORD@/);
      const wrong = through(proxy.url, { authorization: "Basic d3Jvbmc6d3Jvbmc=" });
      const refused = failureOf(await openaiChannel(url, wrong).send(plainCall()));
      expect(refused).toMatchObject({ code: "proxy", message: expect.stringMatching(/does not accept user and pass/) });
      expect(refused.message).not.toContain("d3Jvbmc6d3Jvbmc=");
    }
    expect(server.requests).toHaveLength(0);
  });

  it("since nothing listens there, or its name is unknown, or it speaks no TLS, is named", async () => {
    const closed = await rawServer(() => {});
    await closed.close();
    const plain = `https://127.0.0.1:${await plainServer()}`;
    const proxies = [
      [closed.url, /cannot connect to the proxy http:\/\/127.*ECONNREFUSED.*NO_PROXY/],
      ["http://no-such-host.invalid:3128", /cannot connect to the proxy http:\/\/no-such-host/],
      [plain, /no secure connection to the proxy https.*speaks no TLS/],
    ] as const;
    for (const [proxy, says] of proxies) {
      for (const url of ["https://api.test", "http://models.test"]) {
        const failed = failureOf(await openaiChannel(url, through(proxy)).send(plainCall()));
        expect(failed).toMatchObject({ code: "proxy", message: expect.stringMatching(says) });
      }
    }
  });

  it.each([
    [
      "does not allow the host",
      "HTTP/1.1 403 Forbidden\r\n\r\n",
      "proxy",
      /does not connect to api\.test:443: 403 Forb/,
    ],
    ["cannot reach the host", "HTTP/1.1 503 No\r\n\r\n", "connection", /could not reach api\.test:443: 503 No/],
    ["says something else", "SSH-2.0-OpenSSH_9\r\n\r\n", "connection", /connecting to the proxy .*Parse Error/],
    ["never ends its head", `HTTP/1.1 200 x\r\n${"x-a: 1\r\n".repeat(9000)}`, "connection", /Header overflow/i],
  ])("since it %s", async (_what, bytes, code, says) => {
    const proxy = await proxyServer({ port: 1, refuses: (socket) => socket.write(bytes) });
    const failed = failureOf(await openaiChannel("https://api.test", through(proxy.url)).send(plainCall()));
    expect(failed).toMatchObject({ code, message: expect.stringMatching(says) });
  });

  it("since it breaks the tunnel while TLS begins fails that attempt only", async () => {
    const port = await tlsServer("server", plainResponse(200, COMPLETION));
    let breaks = true;
    const proxy = await proxyServer({
      port,
      refuses(socket) {
        if (breaks) {
          socket.write("HTTP/1.1 200 OK\r\n\r\n");
          socket.once("data", () => socket.resetAndDestroy());
          return;
        }
        const onward = net.connect(port, "127.0.0.1").on("error", () => {});
        closedAfterTest({ close: async () => void onward.destroy() });
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        onward.pipe(socket).pipe(onward);
      },
    });
    const channel = openaiChannel("https://api.test", through(proxy.url));
    expect(failureOf(await channel.send(plainCall())).code).toBe("connection");
    breaks = false;
    expect(contentOf(await channel.send(plainCall()))).toBe("Hello");
  });

  it("since it stays silent ends with the attempt's limit and leaves no socket behind", async () => {
    const held: net.Socket[] = [];
    const proxy = await proxyServer({ port: 1, refuses: (socket) => void held.push(socket.resume()) });
    const ending = new AbortController();
    const pending = openaiChannel("https://api.test", through(proxy.url)).send(plainCall({ signal: ending.signal }));
    await expect.poll(() => held.length).toBe(1);
    ending.abort(failure("timeout_connect", "no connection"));
    expect(failureOf(await pending).code).toBe("timeout_connect");
    await expect.poll(() => held[0]?.readableEnded).toBe(true);
  });
});
