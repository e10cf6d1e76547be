import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { BenchError } from "../core/errors.ts";
import { certificateFile } from "../../test/support/tls-files.ts";
import { resolveTargets, type ResolvedTarget } from "./resolve.ts";
import type { ProviderConfig } from "./schema.ts";
import { parseTargets } from "./targets.ts";

const folder = mkdtempSync(join(tmpdir(), "key-files-"));
afterAll(() => rmSync(folder, { recursive: true }));

function fileWith(text: string | Uint8Array, name = "key.txt"): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function resolved(entry: ProviderConfig, env: Record<string, string> = {}): ResolvedTarget {
  const providers = {
    local: { type: "openai" as const, base_url: "http://127.0.0.1:1", default_model: "m", ...entry },
  };
  const [target] = resolveTargets(parseTargets("local"), { config: { providers }, env, model: null });
  if (target === undefined) throw new Error("no target");
  return target;
}

function failure(entry: ProviderConfig): Pick<BenchError, "code" | "message" | "hint"> {
  try {
    resolved(entry);
  } catch (error) {
    if (error instanceof BenchError) return { code: error.code, message: error.message, hint: error.hint };
  }
  throw new Error("nothing was thrown");
}

describe("a key in a file", () => {
  it.each(["sk-in-a-file", "\uFEFFsk-in-a-file\r\n", "  sk-in-a-file \n\n"])(
    "is %j without what is around it",
    (text) => {
      expect(resolved({ api_key_file: fileWith(text) }).apiKey).toBe("sk-in-a-file");
    },
  );

  it("is found in the home directory", () => {
    fileWith("sk-at-home", "home.key");
    expect(resolved({ api_key_file: "~/home.key" }, { HOME: folder }).apiKey).toBe("sk-at-home");
  });

  it("takes the place of a built-in provider's variable", () => {
    const config = { providers: { openai: { api_key_file: fileWith("sk-file") } } };
    const [target] = resolveTargets(parseTargets("openai"), { config, env: { OPENAI_API_KEY: "sk-env" }, model: null });
    expect(target?.apiKey).toBe("sk-file");
  });

  it("that is missing, empty, or a directory is an error of the configuration that names it", () => {
    const missing = failure({ api_key_file: join(folder, "none.key") });
    expect(missing).toMatchObject({
      code: "config",
      message: expect.stringContaining("none.key, the file of providers."),
    });
    expect(missing.message).toContain("providers.local.api_key_file, does not exist");
    expect(failure({ api_key_file: fileWith(" \n") })).toMatchObject({ code: "config", message: /is empty$/ });
    expect(failure({ api_key_file: `${folder}/` }).message).toContain("is a directory");
  });

  it.each(["sk-one\nsk-two", "sk-\u201cquoted\u201d", "sk-\u0000"])(
    "that no header can carry is refused: %j",
    (text) => {
      const failed = failure({ api_key_file: fileWith(text) });
      expect(failed).toMatchObject({
        code: "auth",
        message: expect.stringContaining("holds a character that no HTTP"),
      });
      expect(failed.message).not.toContain("sk-");
    },
  );

  it.each(["sk-proj-0123456789", "0123456789abcdef0123456789abcdef"])(
    "that was written in place of the path is not repeated: %s",
    (key) => {
      const failed = failure({ api_key_file: key });
      expect(failed.message).not.toContain(key);
      expect(failed.message).toContain("the file of providers.local.api_key_file, does not exist");
    },
  );
});

describe("a file of certificates", () => {
  it("gives its certificates, whatever stands around them", () => {
    const pem = readFileSync(certificateFile("ca"), "utf8").trim();
    const file = fileWith(`# ours\n${pem}\nand\n${pem}\n`, "ca.pem");
    expect(resolved({ ca_file: file }).network.ca).toBe(`${pem}\n${pem}`);
    expect(resolved({}).network.ca).toBeNull();
  });

  it("that is missing, holds none, or a damaged one is an error", () => {
    expect(failure({ ca_file: join(folder, "none.pem") }).message).toContain("does not exist");
    expect(failure({ ca_file: fileWith("not PEM", "a.pem") })).toMatchObject({
      code: "config",
      message: expect.stringMatching(/a\.pem, the file of providers\.local\.ca_file, holds no certificate/),
      hint: expect.stringContaining("openssl"),
    });
    const damaged = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----";
    expect(failure({ ca_file: fileWith(damaged, "b.pem") }).message).toMatch(/certificate 1 in .*b\.pem is damaged/);
  });
});
