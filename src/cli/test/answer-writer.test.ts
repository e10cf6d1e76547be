import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { printable } from "../../core/printable.ts";
import type { Output } from "../context.ts";
import { guardedOutput } from "../guarded-output.ts";
import { answerWriter, type AnswerWriter } from "./answer-writer.ts";

interface Heard {
  readonly writer: AnswerWriter;
  readonly stdout: string[];
  readonly stderr: string[];
}

function writing({ terminal = false, secrets = [] as string[], color = false } = {}): Heard {
  const stdout: string[] = [];
  const stderr: string[] = [];
  const output = (to: string[]): Output => guardedOutput({ write: (text) => to.push(text), isTTY: terminal });
  const env: Record<string, string> = color ? {} : { NO_COLOR: "1" };
  const context = { stdout: output(stdout), stderr: output(stderr), env };
  return { writer: answerWriter(context as never, secrets), stdout, stderr };
}

describe("an answer's way to the terminal", () => {
  it("goes out piece by piece as it comes", () => {
    const { writer, stdout } = writing({ terminal: true });
    writer.text("one ");
    expect(stdout).toEqual(["one "]);
    writer.text("two");
    writer.end();
    expect(stdout).toEqual(["one ", "two", "\n"]);
  });

  it("ends no line of its own where there is no terminal", () => {
    const { writer, stdout, stderr } = writing();
    for (const piece of ["a\r", "\n", "b\r"]) writer.text(piece);
    writer.end();
    expect([stdout.join(""), stderr.join("")]).toEqual(["a\nb␍", ""]);
  });

  it.each([true, false])("lets no escape sequence through, also one that is cut in two (terminal: %s)", (terminal) => {
    const { writer, stdout } = writing({ terminal });
    for (const piece of ["a\u001b", "]0;title\u0007", "b\n"]) writer.text(piece);
    writer.end();
    expect(stdout.join("")).toBe("a␛]0;title␇b\n");
  });

  it("has its reasoning on stderr, marked, and dim where there are colours", () => {
    const plain = writing();
    plain.writer.reasoning("hm\u001b");
    plain.writer.reasoning("m");
    plain.writer.text("yes");
    plain.writer.end();
    expect([plain.stdout.join(""), plain.stderr.join("")]).toEqual(["yes", "[reasoning]\nhm␛m\n[answer]\n"]);
    const coloured = writing({ terminal: true, color: true });
    coloured.writer.reasoning("hm");
    expect(coloured.stderr.join("")).toContain("\u001b[2mhm\u001b[22m");
  });

  it("joins a character that was cut in half, and keeps a half that stays one", () => {
    const { writer, stdout } = writing();
    for (const piece of ["\ud83d", "\ude00", "x\ud83d"]) writer.text(piece);
    writer.end();
    expect(stdout.join("")).toBe("😀x\ud83d");
    expect(stdout[0]).toBe("😀");
  });

  it("is whole however it was cut, and never holds a secret", () => {
    const secret = "sk-abcdef";
    const piece = fc.oneof(fc.constantFrom("sk-", "abc", "def", secret, "s"), fc.string({ unit: "binary" }));
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const { writer, stdout } = writing({ secrets: [secret] });
        for (const each of pieces) writer.text(each);
        writer.end();
        const whole = pieces.join("");
        expect(stdout.join("")).not.toContain(secret);
        if (!whole.includes("…")) expect(stdout.join("")).toBe(printable(whole.replaceAll(secret, "[secret]")));
      }),
    );
  });
});
