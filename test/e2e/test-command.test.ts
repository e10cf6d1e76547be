import { spawn } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { testResultSchema } from "../../src/core/result.ts";
import { CLI, startCli, tempDir } from "../support/cli.ts";
import { runHere } from "../support/in-process.ts";
import { rawServer, STREAM_END, STREAM_HEAD, streamChunk, type RawServer } from "../support/raw-server.ts";
import { addresses, closedAfterTest } from "../support/servers.ts";

// Several processes a test, on a machine that may be busy with others.
vi.setConfig({ testTimeout: 60_000 });

const event = (delta: object, more: object = {}): Buffer =>
  streamChunk(`data: ${JSON.stringify({ choices: [{ index: 0, delta, ...more }] })}\n\n`);
const DONE = streamChunk("data: [DONE]\n\n");

async function streaming(answer: Parameters<typeof rawServer>[0]): Promise<RawServer> {
  return closedAfterTest(await rawServer(answer));
}

/** Ends what a test left open. */
const ends: (() => void)[] = [];
afterEach(() => ends.splice(0).forEach((end) => end()));

describe("test", () => {
  it("asks the simulator that it starts itself, and leaves nothing behind", async () => {
    const cwd = tempDir();
    const { code, stdout, stderr } = await runHere(["test", "sim:fast", "--prompt", "Hi"], { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\[simulated\] /);
    expect(stderr).toMatch(/^sim:fast \(simulated\)\n.*TTFT/);
    expect(readdirSync(cwd)).toEqual([]);
  });

  it("shows each piece as it comes, before the answer is complete", async () => {
    let finish = (): void => {};
    const server = await streaming((socket) => {
      socket.write(STREAM_HEAD);
      socket.write(event({ content: "one" }));
      finish = () => void socket.write(Buffer.concat([event({ content: " two" }, { finish_reason: "stop" }), DONE]));
      ends.push(() => socket.destroy());
    });
    const run = startCli(["test", "openai:m", "--prompt", "Hi"], { env: addresses(server.url) });
    await run.waitFor("stdout", /^one$/);
    finish();
    const { code, stdout } = await run.done;
    expect([code, stdout]).toEqual([0, "one two"]);
  });

  it("keeps answer and reasoning apart, and lets no control character through into a pipe", async () => {
    const server = await streaming((socket) => {
      socket.write(STREAM_HEAD);
      for (const delta of [{ reasoning_content: "Let me see" }, { content: "\u001b[31mred" }, { content: "\r\n" }]) {
        socket.write(event(delta));
      }
      socket.write(Buffer.concat([event({}, { finish_reason: "stop" }), DONE, Buffer.from(STREAM_END)]));
    });
    const { stdout, stderr } = await runHere(["test", "openai:m", "--prompt", "Hi"], { env: addresses(server.url) });
    expect(stdout).toBe("␛[31mred\n");
    expect(stderr).toMatch(/^\[reasoning\]\nLet me see\n\[answer\]\nopenai:m\n/);
  });

  it("never shows a key that the server sends back in pieces", async () => {
    const server = await streaming((socket) => {
      socket.write(STREAM_HEAD);
      for (const content of ["Your key is test-key", "-of-open", "ai, and so on"]) socket.write(event({ content }));
      socket.write(Buffer.concat([event({}, { finish_reason: "stop" }), DONE, Buffer.from(STREAM_END)]));
    });
    const env = addresses(server.url);
    const { stdout } = await runHere(["test", "openai:m", "--prompt", "Hi"], { env });
    expect(stdout).toBe("Your key is [secret], and so on");
    const json = await runHere(["test", "openai:m", "--prompt", "Hi", "--json"], { env });
    expect(testResultSchema.parse(JSON.parse(json.stdout)).response?.content).toBe("Your key is [secret], and so on");
  });

  it("reads the prompt from standard input", async () => {
    const server = await streaming((socket) => {
      socket.write(STREAM_HEAD);
      socket.write(Buffer.concat([event({ content: "ok" }, { finish_reason: "stop" }), DONE, Buffer.from(STREAM_END)]));
    });
    const child = spawn(process.execPath, [CLI, "test", "openai:m", "--prompt", "-"], {
      cwd: tempDir(),
      env: { PATH: process.env["PATH"] ?? "", HOME: tempDir(), ...addresses(server.url) },
      stdio: ["pipe", "ignore", "ignore"],
    });
    child.stdin.end("Über\nuns\n");
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect(code).toBe(0);
    expect(JSON.parse(server.requests[0]?.body ?? "")).toMatchObject({ messages: [{ content: "Über\nuns" }] });
  });

  it("keeps what came of an answer that broke, and says so with code 1", async () => {
    const server = await streaming((socket) => {
      socket.write(STREAM_HEAD);
      socket.end(event({ content: "Half an ans" }));
    });
    const { code, stdout, stderr } = await runHere(["test", "openai:m", "--prompt", "Hi"], {
      env: addresses(server.url),
    });
    expect([code, stdout]).toEqual([1, "Half an ans"]);
    expect(stderr).toMatch(/^error: openai:m failed \(stream_cut, HTTP 200\): .*\nhint: /);
    expect(server.requests).toHaveLength(1);
  });

  it("says with codes 4 and 5 that a key is missing, and that nobody is there", async () => {
    const missing = await runHere(["test", "openai", "--prompt", "Hi"]);
    expect([missing.code, missing.stdout]).toEqual([4, ""]);
    expect(missing.stderr).toContain("OPENAI_API_KEY is not set");
    const server = await streaming(() => {});
    await server.close();
    const refused = await runHere(["test", "openai", "--prompt", "Hi"], { env: addresses(server.url) });
    expect(refused.code).toBe(5);
    expect(refused.stderr).toMatch(/^error: openai:gpt-4o-mini failed \(refused\): /);
  });

  it("ends with code 130 at Ctrl-C in the middle of an answer", async () => {
    const server = await streaming((socket) => {
      socket.write(STREAM_HEAD);
      socket.write(event({ content: "on and on" }));
    });
    const run = startCli(["test", "openai:m", "--prompt", "Hi"], { env: addresses(server.url) });
    await run.waitFor("stdout", /on and on/);
    run.kill("SIGINT");
    const { code, stdout, stderr } = await run.done;
    expect([code, stdout]).toEqual([130, "on and on"]);
    expect(stderr).toBe("stopped before the answer was complete\n");
  });

  it("gives up at --timeout", async () => {
    const server = await streaming(() => {});
    const { code, stderr } = await runHere(["test", "openai:m", "--prompt", "Hi", "--timeout", "100ms"], {
      env: addresses(server.url),
    });
    expect(code).toBe(1);
    expect(stderr).toContain("(timeout_total): no complete answer within 100 ms");
    expect(stderr).toContain("hint: allow more time (--timeout)");
  });

  it("takes a provider of one's own from the configuration, with its parameters", async () => {
    const server = await streaming((socket) => {
      socket.write(STREAM_HEAD);
      socket.write(Buffer.concat([event({ content: "ok" }, { finish_reason: "stop" }), DONE, Buffer.from(STREAM_END)]));
    });
    const cwd = tempDir();
    const own = {
      type: "openai",
      base_url: server.url,
      default_model: "m",
      parameters: { temperature: 0, top_p: 0.5 },
    };
    writeFileSync(join(cwd, "mine.json"), JSON.stringify({ providers: { own } }));
    const args = ["test", "own", "--config", "mine.json", "--prompt", "Hi", "--temperature", "1"];
    expect((await runHere(args, { cwd })).code).toBe(0);
    expect(JSON.parse(server.requests[0]?.body ?? "")).toMatchObject({ model: "m", temperature: 1, top_p: 0.5 });
  });
});
