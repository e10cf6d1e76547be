import { expect, test } from "vitest";
import { painter } from "./colors.ts";
import { ansi, guardedOutput } from "./guarded-output.ts";

const written = (write: (output: ReturnType<typeof guardedOutput>) => unknown, isTTY = true): string => {
  let text = "";
  write(guardedOutput({ write: (more) => (text += more), isTTY }));
  return text;
};

test("only control sequences of our own come through", () => {
  const bold = painter(true);
  expect(written((output) => output.write(`${bold("bad", "a\u001b[32mb\u001b]0;title\u0007")}\u001b[2J\n`))).toBe(
    "\u001b[31ma␛[32mb␛]0;title␇\u001b[39m␛[2J\n",
  );
  expect(written((output) => output.write(`${ansi("[3F")}${ansi("[J")}a\u009b1m`))).toBe("\u001b[3F\u001b[Ja�1m");
});

test("a file's text is as it is in a pipe, and like other text on a terminal", () => {
  expect(written((output) => output.writeData("a\u001b[1m\r\n"), false)).toBe("a\u001b[1m\r\n");
  expect(written((output) => output.writeData("a\u001b[1m\r\n"))).toBe("a␛[1m\n");
});
