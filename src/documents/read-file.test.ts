import { describe, expect, it } from "vitest";
import { BenchError } from "../core/errors.ts";
import { readNamedFile } from "./read-file.ts";

async function told(code: string): Promise<string> {
  const failing = (): Promise<never> => Promise.reject(Object.assign(new Error("no"), { code }));
  const error: unknown = await readNamedFile("a.json", "dataset", failing).catch((thrown: unknown) => thrown);
  return error instanceof BenchError ? `${error.message}\n=> ${error.hint}` : "";
}

describe("a file that cannot be read", () => {
  it("is told of with what to do", async () => {
    expect(await told("EISDIR")).toBe(
      "a.json is a directory, not a file\n=> Name a .json, .yaml or .yml file inside it.",
    );
    expect(await told("EACCES")).toBe(
      "a.json may not be read: permission denied\n=> Give yourself the right to read it: chmod u+r a.json",
    );
    expect(await told("EIO")).toBe("a.json cannot be read: no\n=> Check the path and the disk it is on.");
  });
});
