import { expect, it } from "vitest";
import { BenchError } from "../core/errors.ts";
import { outputError } from "./output-error.ts";

const systemError = (code: string): Error => Object.assign(new Error(`${code}: raw`), { code });

it.each([
  ["ENOSPC", "cannot write x: the disk is full"],
  ["EACCES", "cannot write x: permission denied"],
  ["EROFS", "cannot write x: the file system is read-only"],
  ["EIO", "cannot write x: EIO: raw"],
])("%s becomes one message with a way out", (code, message) => {
  const error = outputError("cannot write x", systemError(code));
  expect(error).toMatchObject({ code: "output", message });
  expect(error.hint).toMatch(/--resume|--output/);
});

it("an error that is already worded stays as it is", () => {
  const worded = new BenchError("locked", "in use");
  expect(outputError("cannot write x", worded)).toBe(worded);
});
