import { expect, it } from "vitest";
import { BenchError } from "./errors.ts";
import { fileError, isDiskError, outputError } from "./output-error.ts";

const systemError = (code: string): Error => Object.assign(new Error(`${code}: raw`), { code });

it.each([
  ["ENOSPC", "cannot write x: the disk is full"],
  ["EDQUOT", "cannot write x: the disk quota is used up"],
  ["EACCES", "cannot write x: permission denied"],
  ["EROFS", "cannot write x: the file system is read-only"],
  ["EIO", "cannot write x: the disk reports an input/output error"],
  ["EOTHER", "cannot write x: EOTHER: raw"],
])("%s becomes one message with a way out", (code, message) => {
  const error = outputError("cannot write x", systemError(code));
  expect(error).toMatchObject({ code: "output", message });
  expect(error.hint).toMatch(/--resume|--output/);
  const ofFile = fileError("cannot write x", systemError(code));
  expect(ofFile).toMatchObject({ code: "output", message });
  expect(ofFile.hint).toMatch(/run the command again|another file/);
});

it("an error that is already worded stays as it is", () => {
  const worded = new BenchError("locked", "in use");
  expect(outputError("cannot write x", worded)).toBe(worded);
});

it("a disk that is full, read-only or broken is told from other failures", () => {
  for (const code of ["ENOSPC", "EDQUOT", "EFBIG", "EROFS", "EIO"]) expect(isDiskError(systemError(code))).toBe(true);
  for (const code of ["ENOENT", "ECONNRESET"]) expect(isDiskError(systemError(code))).toBe(false);
  expect(isDiskError(new Error("plain"))).toBe(false);
});
