import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { ROOT, tempDir } from "../support/cli.ts";
import { runHere } from "../support/in-process.ts";

const foreign = (name: string): string => join(ROOT, "examples/datasets/foreign", name);
const COLUMNS = foreign("columns.csv");
const SIM = ["-p", "sim:fast", "--export", "json"];

interface Body {
  readonly messages: readonly { readonly role: string; readonly content: unknown }[];
}

/** A server that keeps what it is sent and answers each time the same. */
async function listener(): Promise<{ url: string; bodies: Body[] }> {
  const bodies: Body[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (piece: Buffer) => (text += piece.toString()));
    request.on("end", () => {
      bodies.push(JSON.parse(text) as Body);
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ choices: [{ message: { content: "red" }, finish_reason: "stop" }] }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, bodies };
}

describe("bench on a file of another tool", () => {
  it.each(["promptfoo.yaml", "promptfoo-files/promptfooconfig.yaml", "sharegpt.json", "gsm8k.jsonl"])(
    "runs %s as it is and says how it was read",
    async (name) => {
      const { code, stderr } = await runHere(["bench", "-d", foreign(name), ...SIM]);
      expect(stderr).toMatch(/^read as /m);
      expect(code).toBe(0);
    },
  );

  it("sends what a mapping or a template makes of the columns", async () => {
    const { url, bodies } = await listener();
    const env = { OPENAI_BASE_URL: url, OPENAI_API_KEY: "k" };
    const args = ["bench", "-d", COLUMNS, "-p", "openai:m", "--no-stream", "-c", "1"];
    const mapped = await runHere([...args, "--map", "prompt=question,expected=answer,id=idx", "--quiet"], { env });
    expect(mapped.code).toBe(0);
    expect(mapped.stderr).not.toContain("read as");
    const made = await runHere([...args, "--prompt", "Q: {{question}}\\nA:"], { env });
    expect(made.stderr).toContain("read as prompt from a template of columns; none has an id");
    expect(bodies.map(({ messages }) => messages[0]?.content)).toEqual([
      "How many legs has a spider?",
      "What is 7 times 6?",
      "Q: How many legs has a spider?\nA:",
      "Q: What is 7 times 6?\nA:",
    ]);
  });

  it("takes the mapping from the configuration, by what --dataset says", async () => {
    const cwd = tempDir();
    writeFileSync(join(cwd, "q.csv"), readFileSync(COLUMNS));
    const config = "datasets:\n  q.csv: { map: { prompt: question, id: idx } }\n";
    writeFileSync(join(cwd, "llm-test-bench.config.yaml"), config);
    expect((await runHere(["bench", "-d", "q.csv", ...SIM], { cwd })).stderr).toContain("prompt from question");
    const { stderr } = await runHere(["bench", "-d", "q.csv", ...SIM, "--map", "prompt=topic"], { cwd });
    expect(stderr).toContain("prompt from topic");
  });

  it("goes on with a run only when it reads the file the same way, and resume reads it so by itself", async () => {
    const out = join(tempDir(), "out");
    const args = ["bench", "-d", COLUMNS, ...SIM, "-o", out];
    expect((await runHere([...args, "--map", "prompt=question"])).code).toBe(0);
    const other = await runHere([...args, "--resume", "--map", "prompt=topic"]);
    expect(other.code).toBe(2);
    expect(other.stderr).toContain("dataset_reading was");
    expect((await runHere([...args, "--resume", "--map", "prompt=question"])).code).toBe(0);
    expect((await runHere(["resume", out])).code).toBe(0);
  });

  it.each([
    [["--map", "promt=question"], 2, /a test case has no field "promt"; did you mean "prompt"\?/],
    [["--map", "prompt"], 2, /is not of the form field=column/],
    [["--map", "prompt=qestion"], 3, /has no column "qestion"; did you mean "question"\?/],
    [["--shape", "gsm8"], 2, /there is no shape "gsm8"; did you mean "gsm8k"\?/],
    [["--shape", "gsm8k"], 3, /row 2, answer: this answer has nothing behind ####/],
    [["--map", "prompt=question", "--prompt", "x"], 2, /the prompt is given twice/],
    [[], 3, /columns\.csv has no prompts, and is in no shape that is known/],
  ])("says what is wrong with %j", async (flags, exitCode, message) => {
    const { code, stderr } = await runHere(["bench", "-d", COLUMNS, ...SIM, ...flags]);
    expect(stderr).toMatch(message);
    expect(code).toBe(exitCode);
  });

  it("takes no mapping for made prompts", async () => {
    const { code, stderr } = await runHere([
      "bench",
      "--synthetic",
      "input=9,output=9",
      "--shape",
      "own",
      "--limit",
      "1",
    ]);
    expect(stderr).toContain("--synthetic cannot be combined with --map, --prompt, --shape or --skip-invalid");
    expect(code).toBe(2);
  });
});

describe("datasets on a file of another tool", () => {
  it("shows and validates it with the same flags", async () => {
    const shown = await runHere(["datasets", "show", COLUMNS, "--prompt", "Q: {{question}}\\nA:", "--case", "row-2"]);
    expect(shown.stdout).toContain("Q: How many legs has a spider?\n  A:");
    const map = ["--map", "prompt=question,id=idx"];
    const valid = await runHere(["datasets", "validate", COLUMNS, ...map]);
    expect(valid).toMatchObject({ code: 0, stderr: "read as prompt from question, id from idx\n" });
  });
});

describe("messages", () => {
  it("go out as turns, with images in base64 that were read before", async () => {
    const { url, bodies } = await listener();
    const env = { OPENAI_BASE_URL: url, OPENAI_API_KEY: "k" };
    const file = join(ROOT, "examples/datasets/messages.yaml");
    const { code } = await runHere(["bench", "-d", file, "-p", "openai:m", "--no-stream", "-c", "1"], { env });
    expect(code).toBe(0);
    const red = readFileSync(join(ROOT, "examples/datasets/pictures/red.png")).toString("base64");
    expect(bodies.map(({ messages }) => messages)).toEqual([
      [
        { role: "system", content: "You are a translator." },
        { role: "user", content: "What is bread in French?" },
        { role: "assistant", content: "pain" },
        { role: "user", content: "And cheese?" },
      ],
      [
        {
          role: "user",
          content: [
            { type: "text", text: "Which colour is this? One word." },
            { type: "image_url", image_url: { url: `data:image/png;base64,${red}` } },
          ],
        },
      ],
      [
        {
          role: "user",
          content: [
            { type: "image_url", image_url: { url: "https://example.com/chart.png" } },
            { type: "text", text: "What does the chart show?" },
          ],
        },
      ],
    ]);
  });

  it("are refused before the run by an API that takes none", async () => {
    const cwd = tempDir();
    const config = "providers:\n  base: { type: openai-completions, base_url: 'http://127.0.0.1:9/v1' }\n";
    writeFileSync(join(cwd, "llm-test-bench.config.yaml"), config);
    const file = join(ROOT, "examples/datasets/messages.yaml");
    const { code, stderr } = await runHere(["bench", "-d", file, "-p", "base:m", "--dry-run"], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain(
      'test case "conversation" cannot be sent to base:m: its API takes a prompt and no messages',
    );
  });
});
