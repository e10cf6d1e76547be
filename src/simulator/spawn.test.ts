import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { spawnSimulator } from "./spawn.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "simulator-"));
const built = (name: string): URL => pathToFileURL(join(folder, "dist/simulator", name));

// Built here, so that the test never runs an older build than the source beside it.
beforeAll(() => {
  const options =
    "--ignoreConfig --noCheck --rootDir src --target es2023 --module nodenext --types node --rewriteRelativeImportExtensions";
  const files = ["src/simulator/process.ts", "src/simulator/spawn.ts"];
  execFileSync(
    join(root, "node_modules/.bin/tsc"),
    [...files, ...options.split(" "), "--outDir", join(folder, "dist")],
    {
      cwd: root,
    },
  );
  writeFileSync(join(folder, "package.json"), `{"type":"module"}`);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Resolves when the server at `url` closes a connection that it had accepted. */
async function holdOpen(url: string): Promise<{ closed: Promise<void> }> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  const closed = new Promise<void>((resolve) => {
    socket.on("error", () => {});
    socket.on("close", () => resolve());
  });
  await new Promise((resolve) => socket.once("connect", resolve));
  socket.write("GET /sim/stats HTTP/1.1\r\nhost: localhost\r\n\r\n");
  await new Promise((resolve) => socket.once("data", resolve));
  return { closed };
}

test("a simulator in a process of its own answers until it is closed, and is then gone", async () => {
  const simulator = await spawnSimulator({ ttftMs: 0, tpotMs: 0 }, built("process.js"));
  const answer = await fetch(`${simulator.url}/v1/chat/completions`, {
    method: "POST",
    body: JSON.stringify({ model: "m", messages: [{ role: "user", content: "hi" }] }),
  });
  expect(await answer.json()).toMatchObject({ object: "chat.completion", model: "m" });
  const { closed } = await holdOpen(simulator.url);
  await simulator.close();
  await closed;
  await expect(fetch(simulator.url)).rejects.toThrow("fetch failed");
});

test("it ends with a parent that is killed", async () => {
  const script = `const { spawnSimulator } = await import(${JSON.stringify(built("spawn.js").href)});
    console.log((await spawnSimulator({})).url);`;
  const parent = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const url = await new Promise<string>((resolve) =>
    parent.stdout.once("data", (text) => resolve(String(text).trim())),
  );
  const { closed } = await holdOpen(url);
  parent.kill("SIGKILL");
  await closed;
  await expect(fetch(url)).rejects.toThrow("fetch failed");
});

test("options out of range are refused before a process is started", async () => {
  await expect(spawnSimulator({ fail: 2 }, built("process.js"))).rejects.toMatchObject({
    name: "BenchError",
    code: "usage",
    message: "simulator: fail is 2, which is out of range",
    hint: "Give 0 to 1.",
  });
});

test("a program that is missing is named, with what to do", async () => {
  await expect(spawnSimulator({}, built("gone.js"))).rejects.toMatchObject({
    code: "simulator",
    message: expect.stringContaining("gone.js"),
    hint: expect.stringContaining("npm run build"),
  });
});

test("a program that ends or speaks otherwise did not start", async () => {
  writeFileSync(join(folder, "ends.js"), `console.error("out of luck"); process.exit(3)`);
  writeFileSync(join(folder, "speaks.js"), `console.log("hello"); process.stdin.resume()`);
  const start = (name: string): Promise<unknown> => spawnSimulator({}, pathToFileURL(join(folder, name)));
  await expect(start("ends.js")).rejects.toThrow(/ended with code 3. out of luck/);
  await expect(start("speaks.js")).rejects.toThrow(/it said "hello"/);
});

test("its process gets no key of the environment", async () => {
  const entry = join(folder, "tells.mjs");
  writeFileSync(entry, "console.log(JSON.stringify({ url: JSON.stringify(process.env) })); process.stdin.resume();");
  vi.stubEnv("OPENAI_API_KEY", "sk-0123456789");
  vi.stubEnv("MY_OWN_TOKEN", "sk-0123456789");
  const simulator = await spawnSimulator({}, pathToFileURL(entry));
  const { url } = simulator;
  await simulator.close();
  vi.unstubAllEnvs();
  expect(url).not.toContain("sk-0123456789");
  expect(JSON.parse(url)).toHaveProperty("PATH");
});
