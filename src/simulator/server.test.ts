import { Agent, request, type IncomingHttpHeaders } from "node:http";
import { afterEach, expect, test } from "vitest";
import { systemClock } from "../core/clock.ts";
import type { FaultKind } from "./faults.ts";
import type { SimulatorOptions } from "./options.ts";
import { scheduleOf } from "./schedule.ts";
import { startSimulator, type Simulator } from "./server.ts";

const profile = { ttftMs: 4, tpotMs: 1, tokens: 8, jitter: 0 };
const running: Simulator[] = [];
const agent = new Agent({ keepAlive: true });

async function start(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator({ ...profile, ...options }, systemClock);
  running.push(simulator);
  return simulator;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((simulator) => simulator.close()));
});

interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** How it ended: `whole`, or the code of the connection's failure. */
  ending: string;
}

type Sent = { path?: string; method?: string; body?: unknown; headers?: Record<string, string>; leaveAfter?: string };

const OPENAI = "/v1/chat/completions";
const ANTHROPIC = "/v1/messages";
const question = { model: "m", max_tokens: 1000, messages: [{ role: "user", content: "hi" }] };
const streamed = { ...question, stream: true };

/** Sends a request and takes what comes; leaves in the middle once the text holds `leaveAfter`. */
function send(simulator: Simulator, sent: Sent = {}): Promise<Reply> {
  const { path = OPENAI, method = "POST", body = question, headers = {}, leaveAfter } = sent;
  return new Promise((resolve) => {
    const reply: Reply = { status: 0, headers: {}, text: "", ending: "" };
    const end = (ending: string): void => resolve({ ...reply, ending });
    const outgoing = request(`${simulator.url}${path}`, { method, headers, agent }, (incoming) => {
      reply.status = incoming.statusCode ?? 0;
      reply.headers = incoming.headers;
      incoming.setEncoding("utf8");
      incoming.on("data", (text: string) => {
        reply.text += text;
        if (leaveAfter !== undefined && reply.text.includes(leaveAfter)) outgoing.destroy();
      });
      incoming.on("end", () => end("whole"));
      incoming.on("error", (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
    });
    outgoing.on("error", (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
    if (method === "POST") outgoing.write(typeof body === "string" ? body : JSON.stringify(body));
    outgoing.end();
  });
}

interface Token {
  sim: { received_ns: string; sent_ns: string };
}

/** The JSON of each event, and of those that bear a token when they were sent, in milliseconds after the arrival. */
function eventsOf(text: string): { events: unknown[]; sentMs: number[] } {
  const events = [...text.matchAll(/^data: (\{.*)$/gm)].map((match): unknown => JSON.parse(match[1] ?? ""));
  const tokens = events.filter(
    (event): event is Token => typeof event === "object" && event !== null && "sim" in event,
  );
  return { events, sentMs: tokens.map(({ sim }) => Number(BigInt(sim.sent_ns) - BigInt(sim.received_ns)) / 1e6) };
}

test.each([OPENAI, ANTHROPIC])(
  "tokens at %s leave when they are due, never early, and say when they left",
  async (path) => {
    const simulator = await start({ jitter: 0.5, seed: 3 });
    const reply = await send(simulator, { path, body: streamed, headers: { "x-sim-case": "c1" } });
    const { dueMs } = scheduleOf(3, "c1", { ...profile, jitter: 0.5 }, null);
    const { sentMs } = eventsOf(reply.text);
    expect(sentMs).toHaveLength(dueMs.length);
    for (const [i, sent] of sentMs.entries()) expect(sent).toBeGreaterThanOrEqual(dueMs[i] ?? Infinity);
  },
);

test("a plain answer leaves when its last token is due, and says so", async () => {
  const simulator = await start();
  const { sim } = JSON.parse((await send(simulator)).text) as Token;
  expect(Number(BigInt(sim.sent_ns) - BigInt(sim.received_ns)) / 1e6).toBeGreaterThanOrEqual(4 + 7);
});

test("the model's name chooses the profile", async () => {
  const simulator = await start({ ttftMs: 0, tpotMs: 0, tokens: 1 });
  const lengthOf = async (model: string): Promise<number> =>
    eventsOf((await send(simulator, { body: { ...streamed, model } })).text).sentMs.length;
  expect(await lengthOf("anything")).toBe(1);
  expect(await lengthOf("fast")).toBeGreaterThan(10);
});

test("a stream opens with its role, ends with usage only when asked, and then with its marker", async () => {
  const simulator = await start({ tokens: 2 });
  const withUsage = await send(simulator, { body: { ...streamed, stream_options: { include_usage: true } } });
  const { events } = eventsOf(withUsage.text);
  expect(events[0]).toMatchObject({ choices: [{ delta: { role: "assistant", content: "" } }] });
  expect(events.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 2 } });
  expect(withUsage.text.endsWith("data: [DONE]\n\n")).toBe(true);
  expect((await send(simulator, { body: streamed })).text).not.toContain("usage");
});

test("an Anthropic stream has the events of the real one, in their order", async () => {
  const simulator = await start({ tokens: 2 });
  const { text } = await send(simulator, { path: ANTHROPIC, body: streamed });
  expect([...text.matchAll(/^event: (.*)$/gm)].map((match) => match[1])).toEqual([
    "message_start",
    "content_block_start",
    "ping",
    "content_block_delta",
    "content_block_delta",
    "content_block_stop",
    "message_delta",
    "message_stop",
  ]);
});

test("the same case gets the same answer from another simulator with the same seed", async () => {
  const contentOf = async (seed: number): Promise<unknown> => {
    const body = JSON.parse((await send(await start({ seed, jitter: 0.3 }))).text) as Record<string, unknown>;
    return [body["id"], body["choices"], body["usage"]];
  };
  expect(await contentOf(1)).toEqual(await contentOf(1));
  expect(await contentOf(1)).not.toEqual(await contentOf(2));
});

test.each<[string, string, unknown, number, object]>([
  ["malformed JSON", OPENAI, "{", 400, { error: { type: "invalid_request_error", param: null } }],
  ["malformed JSON", ANTHROPIC, "{", 400, { type: "error", error: { type: "invalid_request_error" } }],
  ["no messages", OPENAI, { model: "m" }, 400, { error: { type: "invalid_request_error", param: "messages" } }],
  [
    "no max_tokens",
    ANTHROPIC,
    { ...question, max_tokens: undefined },
    400,
    { error: { type: "invalid_request_error" } },
  ],
  ["an unknown model", OPENAI, { ...question, model: "x" }, 404, { error: { code: "model_not_found" } }],
  ["an unknown model", ANTHROPIC, { ...question, model: "x" }, 404, { error: { type: "not_found_error" } }],
  ["an unknown path", "/v1/complete", question, 404, { error: { code: "unknown_url" } }],
  ["an unknown path", "/v1/messages/x", question, 404, { error: { type: "not_found_error" }, request_id: "req_sim_1" }],
])("%s at %s is refused as that API refuses it", async (_what, path, body, status, error) => {
  const reply = await send(await start({ models: ["m"] }), { path, body });
  expect(reply.status).toBe(status);
  expect(JSON.parse(reply.text)).toMatchObject(error);
  expect(reply.headers["x-simulated"]).toBe("true");
  expect(reply.headers["x-request-id"] ?? reply.headers["request-id"]).toBe("req_sim_1");
});

test.each<[FaultKind, string, number, object]>([
  ["rate_limited", OPENAI, 429, { error: { code: "rate_limit_exceeded" } }],
  ["rate_limited", ANTHROPIC, 429, { error: { type: "rate_limit_error" } }],
  ["overloaded", OPENAI, 503, { error: { type: "server_error" } }],
  ["overloaded", ANTHROPIC, 529, { error: { type: "overloaded_error" } }],
  ["server_error", ANTHROPIC, 500, { error: { type: "api_error" } }],
  ["stream_error", OPENAI, 500, { error: { type: "server_error" } }],
  ["auth", OPENAI, 401, { error: { code: "invalid_api_key" } }],
  ["context_length", OPENAI, 400, { error: { code: "context_length_exceeded" } }],
])("the fault %s at %s is a %i in a plain answer", async (kind, path, status, error) => {
  const reply = await send(await start({ fail: 1, failKinds: [kind] }), { path });
  expect(reply.status).toBe(status);
  expect(JSON.parse(reply.text)).toMatchObject(error);
  expect(reply.headers["retry-after"]).toBe(kind === "rate_limited" ? "1" : undefined);
  expect(reply.headers["retry-after-ms"]).toBe(kind === "rate_limited" ? "50" : undefined);
});

test.each([OPENAI, ANTHROPIC])(
  "a cut stream at %s ends cleanly after half of its tokens, without its marker",
  async (path) => {
    const reply = await send(await start({ fail: 1, failKinds: ["stream_cut"] }), { path, body: streamed });
    expect(reply.ending).toBe("whole");
    expect(eventsOf(reply.text).sentMs).toHaveLength(4);
    expect(reply.text).not.toMatch(/DONE|message_stop|finish_reason":"/);
  },
);

test("a cut plain answer ends before the length it announced", async () => {
  const reply = await send(await start({ fail: 1, failKinds: ["stream_cut"] }));
  expect(reply.status).toBe(200);
  expect(reply.ending).toBe("ECONNRESET");
  expect(reply.text.length).toBe(Math.floor(Number(reply.headers["content-length"]) / 2));
});

test.each([OPENAI, ANTHROPIC])(
  "a failing stream at %s ends with an error event after half of its tokens",
  async (path) => {
    const reply = await send(await start({ fail: 1, failKinds: ["stream_error"] }), { path, body: streamed });
    const { events, sentMs } = eventsOf(reply.text);
    expect(reply.status).toBe(200);
    expect(sentMs).toHaveLength(4);
    expect(events.at(-1)).toMatchObject({ error: { message: expect.any(String) } });
  },
);

test("a lost connection brings no byte", async () => {
  const reply = await send(await start({ fail: 1, failKinds: ["connection"] }));
  expect(reply).toMatchObject({ status: 0, text: "", ending: "ECONNRESET" });
});

test("a malformed answer is a web page with status 200", async () => {
  const reply = await send(await start({ fail: 1, failKinds: ["malformed"] }));
  expect(reply.status).toBe(200);
  expect(reply.text).toContain("<!doctype html>");
});

test.each([
  ["stream", streamed],
  ["plain answer", question],
])("a stalled %s is held until the client leaves, and is in flight until then", async (_what, body) => {
  const simulator = await start({ tokens: 2, fail: 1, failKinds: ["stall"] });
  const reply = await send(simulator, { body, leaveAfter: "[simulated]" });
  expect(reply.ending).not.toBe("whole");
  while (simulator.stats.inFlight > 0) await send(simulator, { method: "GET", path: "/sim/stats" });
  expect(simulator.stats.requests).toBe(1);
});

test("a later attempt passes where the case fails only once or twice, by either client's header", async () => {
  const simulator = await start({ fail: 1, failKinds: ["server_error"] });
  const statusesOf = async (key: string, header: string): Promise<number[]> => {
    const attempts = ["0", "1", "2", "3"].map((n) => send(simulator, { headers: { "x-sim-case": key, [header]: n } }));
    return (await Promise.all(attempts)).map(({ status }) => status);
  };
  const seen = new Set<string>();
  for (let i = 0; i < 12; i += 1) {
    const statuses = await statusesOf(`case-${i}`, "x-sim-attempt");
    expect(await statusesOf(`case-${i}`, "x-stainless-retry-count")).toEqual(statuses);
    seen.add(statuses.join(" "));
  }
  expect(seen).toEqual(new Set(["500 200 200 200", "500 500 200 200", "500 500 500 500"]));
});

test("requests beyond the rate limit are told how long to wait", async () => {
  const simulator = await start({ requestsPerMinute: 1, burst: 2 });
  const replies = [await send(simulator), await send(simulator), await send(simulator)];
  expect(replies.map(({ status }) => status)).toEqual([200, 200, 429]);
  expect(Number(replies[2]?.headers["retry-after"])).toBeGreaterThan(50);
  expect(Number(replies[2]?.headers["retry-after-ms"])).toBeLessThanOrEqual(60_000);
});

test("requests are counted, together and by case, and those in flight at their most", async () => {
  const simulator = await start({ countKeys: true, ttftMs: 30 });
  const keys = ["a", "a", "b", "c"];
  await Promise.all(keys.map((key) => send(simulator, { body: streamed, headers: { "x-sim-case": key } })));
  const stats = { requests: 4, inFlight: 0, maxInFlight: 4, byKey: { a: 2, b: 1, c: 1 } };
  expect(simulator.stats).toEqual(stats);
  expect(JSON.parse((await send(simulator, { method: "GET", path: "/sim/stats" })).text)).toEqual(stats);
});

test("the models are listed in the shape of the API that asks", async () => {
  const simulator = await start();
  const list = async (headers: Record<string, string>): Promise<unknown> =>
    JSON.parse((await send(simulator, { method: "GET", path: "/v1/models?limit=9", headers })).text);
  expect(await list({})).toMatchObject({ object: "list", data: [{ id: "default" }, { id: "fast" }, { id: "slow" }] });
  expect(await list({ "anthropic-version": "2023-06-01" })).toMatchObject({ has_more: false, first_id: "default" });
});

test("a taken port is refused with what to do", async () => {
  const { port } = await start();
  await expect(start({ port })).rejects.toMatchObject({
    code: "simulator",
    message: expect.stringContaining(`127.0.0.1:${port}: the port is in use`),
    hint: expect.stringContaining("another port"),
  });
});

test("closing ends streams that are still open", async () => {
  const simulator = await start({ tpotMs: 60_000 });
  const reply = send(simulator, { body: streamed });
  while (simulator.stats.inFlight === 0) await send(simulator, { method: "GET", path: "/sim/stats" });
  await simulator.close();
  running.splice(running.indexOf(simulator), 1);
  expect((await reply).ending).not.toBe("whole");
  expect(simulator.stats.inFlight).toBe(0);
});
