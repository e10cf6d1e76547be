import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runInProcess, type InProcess } from "../../../test/support/in-process.ts";

const cwd = mkdtempSync(join(tmpdir(), "configured-"));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const table = join(cwd, "table.csv");
writeFileSync(table, "idx,question,answer\n7,Who?,me\n");
const mapped = { map: { id: "idx", prompt: "question", expected: "answer" } };
const lab = { type: "openai", base_url: "http://127.0.0.1:9/v1", default_model: "m" };
writeFileSync(join(cwd, "other.yaml"), JSON.stringify({ providers: { lab }, datasets: { [table]: mapped } }));

const datasets = (args: readonly string[], env: Record<string, string> = {}): Promise<InProcess> =>
  runInProcess(["datasets", ...args], { cwd, env });

describe("the datasets commands", () => {
  it("read a file as its entry in the configuration says, and flags stand in for the whole entry", async () => {
    expect(await datasets(["validate", table])).toMatchObject({ code: 3 });
    const config = ["--config", "other.yaml"];
    expect(await datasets(["validate", table, ...config])).toMatchObject({ code: 0 });
    expect(JSON.parse((await datasets(["show", table, "--case", "7", "--json", ...config])).stdout)).toMatchObject({
      prompt: "Who?",
      expected: "me",
    });
    const converted = await datasets(["convert", table, join(cwd, "out.jsonl"), ...config]);
    expect(converted).toMatchObject({ code: 0 });
    const sampled = await datasets(["sample", table, "-n", "1", ...config]);
    expect(JSON.parse(sampled.stdout)).toEqual({ id: "7", prompt: "Who?", expected: "me" });
    const flags = await datasets(["show", table, "--map", "prompt=answer", "--case", "row-2", "--json", ...config]);
    expect(JSON.parse(flags.stdout)).toMatchObject({ prompt: "me", expected: null });
  });

  it("show the request for a provider of the configuration that is named", async () => {
    const shown = await datasets(["show", table, "--case", "7", "-p", "lab", "--config", "other.yaml"]);
    expect(JSON.parse(shown.stdout)).toMatchObject({ url: "http://127.0.0.1:9/v1/chat/completions" });
  });

  it("show the request as Azure is sent it", async () => {
    const env = { AZURE_OPENAI_API_KEY: "secret-of-azure", AZURE_OPENAI_ENDPOINT: "https://x.openai.azure.com" };
    const args = ["show", "coding-tasks", "--case", "python-fix-mutable-default", "-p", "azure:m"];
    const { code, stdout } = await datasets(args, env);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      url: "https://x.openai.azure.com/openai/deployments/m/chat/completions?api-version=2024-10-21",
      body: { max_completion_tokens: 512 },
    });
    expect(stdout).not.toContain("secret-of-azure");
  });
});
