import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../core/clock.ts";
import { BODY_LIMITS, excessIn } from "./body.ts";
import { hostCheck } from "./host-names.ts";
import { startSimulator, type Simulator } from "./server.ts";

let simulator: Simulator;
beforeEach(async () => void (simulator = await startSimulator({ ttftMs: 0, tpotMs: 0, tokens: 2 }, systemClock)));
afterEach(() => simulator.close());

const PATHS = [
  "/v1/chat/completions",
  "/v1/responses",
  "/v1/messages",
  "/api/chat",
  "/v1beta/models/m:generateContent",
  "/v1beta/models/m:streamGenerateContent",
];

/** Sends bytes as they are, and then `piece` for as long as it is taken; resolves with what came back. */
function sendRaw(head: string, piece: string | null = null): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(simulator.port, "127.0.0.1");
    let text = "";
    const more = (): void => {
      if (piece === null) return;
      while (socket.writable && socket.write(piece));
    };
    socket.setEncoding("utf8").on("data", (received: string) => {
      text += received;
      // Keep-alive would hold the connection open after a whole answer.
      if (piece === null) socket.end();
    });
    socket.on("error", () => {});
    socket.on("drain", more);
    socket.on("close", () => resolve(text));
    socket.write(head);
    more();
  });
}

const post = (path: string, more = ""): string => `POST ${path} HTTP/1.1\r\nhost: localhost\r\n${more}`;
const withBody = (path: string, body: string): string =>
  `${post(path)}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
const statusOf = (text: string): number => Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]);

async function answers(): Promise<boolean> {
  const body = JSON.stringify({ model: "m", max_tokens: 5, messages: [{ role: "user", content: "hi" }] });
  return statusOf(await sendRaw(withBody("/v1/chat/completions", body))) === 200;
}

const nested = (levels: number, open = "[", close = "]"): string => open.repeat(levels) + close.repeat(levels);
const asking = (messages: string, more = ""): string =>
  `{"model":"m","max_tokens":5,"messages":${messages},"contents":${messages},"input":${messages}${more}}`;

const BODIES: Readonly<Record<string, string>> = {
  "messages of 100 000 levels": asking(nested(100_000)),
  "objects of 100 000 levels": asking(nested(100_000, '{"content":[', "]}")),
  "a tool's schema of 100 000 levels": asking(
    '[{"role":"user"}]',
    `,"tools":[${nested(100_000, '{"items":', "}").replace("}", "1}")}]`,
  ),
  "ten million levels that never close": "[".repeat(10_000_000),
  "three million lists": asking(`[${"[],".repeat(3_000_000)}1]`),
  "a model's name of a megabyte": asking("[1]").replace('"m"', JSON.stringify("m".repeat(1_000_000))),
  "no JSON": "{",
  "a list": "[]",
  nothing: "",
  "a string that never ends": `{"model":"${"\\".repeat(5001)}`,
};

describe("a simulator", () => {
  it.each(Object.entries(BODIES))("refuses %s with 400, in every API", async (_name, body) => {
    for (const path of PATHS) {
      const status = statusOf(await sendRaw(withBody(path, body)));
      // Google's API has the model in its path, so that a long one in the body says nothing.
      const isAllowed = status === 400 || (path.startsWith("/v1beta") && body.includes("mmm") && status === 200);
      expect([path, isAllowed]).toEqual([path, true]);
    }
    expect(await answers()).toBe(true);
  });

  it("refuses odd values in every place with 400 or answers them", async () => {
    const odd = ["null", "1", '"x"', "[]", "{}", "[null]", "[[]]", '[{"parts":[null]}]', "1e999", "true"];
    const members = [
      "model",
      "messages",
      "contents",
      "input",
      "system",
      "options",
      "generationConfig",
      "stream_options",
    ];
    for (const path of PATHS) {
      for (const member of [...members, "max_tokens", "systemInstruction", "instructions", "__proto__"]) {
        const bodies = odd.map((value) => asking('[{"role":"user","content":"x"}]', `,"${member}":${value}`));
        const statuses = await Promise.all(bodies.map(async (body) => statusOf(await sendRaw(withBody(path, body)))));
        expect([path, member, statuses.filter((status) => status !== 200 && status !== 400)]).toEqual([
          path,
          member,
          [],
        ]);
      }
    }
  });

  it("refuses endless bodies with 413, announced, in chunks or byte by byte", async () => {
    const before = process.memoryUsage().rss;
    const chunk = `10000\r\n${" ".repeat(0x10000)}\r\n`;
    const all = await Promise.all([
      ...PATHS.map((path) => sendRaw(`${post(path)}transfer-encoding: chunked\r\n\r\n`, chunk)),
      sendRaw(`${post("/v1/messages")}transfer-encoding: chunked\r\n\r\n`, "1\r\n \r\n".repeat(10_000)),
      sendRaw(`${post("/v1/messages")}content-length: 99999999999\r\n\r\n`, " ".repeat(65_536)),
    ]);
    expect(all.map(statusOf)).toEqual(all.map(() => 413));
    expect(process.memoryUsage().rss - before).toBeLessThan(500e6);
    expect(await answers()).toBe(true);
  }, 60_000);

  it("refuses what many bodies would take together, and takes more once they are gone", async () => {
    const piece = " ".repeat(BODY_LIMITS.bytes / 2);
    const sockets = Array.from({ length: 20 }, () => connect(simulator.port, "127.0.0.1"));
    let refused = 0;
    for (const socket of sockets) {
      socket.on("error", () => {});
      socket.once("data", (data: Buffer) => (refused += statusOf(data.toString()) === 413 ? 1 : 0));
      socket.write(`${post("/v1/messages")}content-length: ${BODY_LIMITS.bytes}\r\n\r\n${piece}`);
    }
    await expect.poll(() => refused, { timeout: 10_000 }).toBeGreaterThan(0);
    for (const socket of sockets) socket.destroy();
    await expect.poll(answers).toBe(true);
  }, 30_000);

  it("refuses huge and broken heads", async () => {
    expect(statusOf(await sendRaw(`${post("/v1/messages")}x: `, "a".repeat(65_536)))).toBe(431);
    expect(statusOf(await sendRaw(post("/v1/messages"), "x: y\r\n".repeat(10_000)))).toBe(431);
    expect(statusOf(await sendRaw("\u0000\u0001garbage\r\n\r\n"))).toBe(400);
    expect(statusOf(await sendRaw("POST /v1/messages HTTP/1.1\r\n\r\n"))).toBe(400);
    expect(statusOf(await sendRaw(`${post("/v1/messages")}content-length: -1\r\n\r\n`))).toBe(400);
    expect(statusOf(await sendRaw(`${post("/v1/messages")}transfer-encoding: chunked\r\n\r\nzz\r\n`))).toBe(400);
    expect(await answers()).toBe(true);
  });

  it("survives clients that leave in the middle", async () => {
    for (const text of [post("/v1/messages"), `${post("/v1/messages")}content-length: 10\r\n\r\nabc`]) {
      await new Promise<void>((resolve) => {
        const socket = connect(simulator.port, "127.0.0.1", () => {
          socket.write(text, () => socket.resetAndDestroy());
          socket.on("close", () => resolve());
        });
      });
    }
    expect(await answers()).toBe(true);
  });

  it("answers loopback names only", async () => {
    const asked = (host: string): Promise<string> => sendRaw(`GET /v1/models HTTP/1.1\r\nhost: ${host}\r\n\r\n`);
    for (const host of [
      "evil.test",
      "evil.test:80",
      "127.0.0.1.evil.test",
      "localhost.evil.test",
      "",
      "[::2]",
      "10.0.0.1",
    ]) {
      expect([host, statusOf(await asked(host))]).toEqual([host, 403]);
    }
    for (const host of ["localhost", "LOCALHOST:8080", "127.0.0.1", "127.8.9.250:1", "[::1]", "[::1]:8080"]) {
      expect([host, statusOf(await asked(host))]).toEqual([host, 200]);
    }
    expect(statusOf(await sendRaw("GET /sim/stats HTTP/1.1\r\nhost: evil.test\r\n\r\n"))).toBe(403);
    const body = JSON.stringify({ model: "m", messages: [1] });
    for (const path of PATHS)
      expect(statusOf(await sendRaw(withBody(path, body).replace("localhost", "evil.test")))).toBe(403);
  });
});

describe("the names that a simulator answers", () => {
  it("are more where they are told", () => {
    const check = hostCheck(["Simulator", "[fe80::1]"]);
    expect(["simulator:8080", "SIMULATOR", "[fe80::1]:80", "localhost"].map(check)).toEqual([true, true, true, true]);
    expect(["other", "simulator.test", "127.256.0.1", "127.1", undefined].map(check)).not.toContain(true);
    expect(["anything", undefined].map(hostCheck(["*"]))).toEqual([true, true]);
  });
});

describe("the excess of a body", () => {
  it("is looked for outside of strings only", () => {
    const text = JSON.stringify(`${"[".repeat(5000)}\\"${"{".repeat(5000)}`);
    expect(excessIn(`{"a":${text},"b":[${"1,".repeat(5000)}1]}`)).toBeNull();
    expect(excessIn(`{"a":${text},"b":${nested(1000)}}`)).toContain("levels");
    expect(excessIn(nested(1000) + " ".repeat(1000))).toBeNull();
    expect(excessIn(`[${"1,".repeat(1_000_001)}1]`)).toContain("values");
  });
});
