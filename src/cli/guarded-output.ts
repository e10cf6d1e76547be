import { randomUUID } from "node:crypto";
import { printable } from "../core/printable.ts";
import type { CliContext, Output, ProcessContext, Stream } from "./context.ts";

/**
 * Stands before each control sequence of our own. Drawn anew in every process, so that no text from outside, whoever
 * wrote it, can hold one.
 */
const OWN = `\u001b<${randomUUID()}>`;
const SEQUENCE = /^\[[\d;?]*[A-Za-z]/;

/** A control sequence of our own without its escape, such as `[2F`: only these come through a guarded output. */
export function ansi(sequence: string): string {
  return OWN + sequence;
}

/**
 * The one place that all text goes through on its way to the terminal, to a pipe or to a log: nothing but line feeds,
 * tabs and the sequences of `ansi` controls whoever shows it.
 */
export function guardedOutput(stream: Stream): Output {
  return {
    write: (text) => stream.write(shown(text)),
    writeData: (text) => stream.write(stream.isTTY === true ? printable(text) : text),
    get isTTY() {
      return stream.isTTY;
    },
    get columns() {
      return stream.columns;
    },
    get rows() {
      return stream.rows;
    },
    get destroyed() {
      return stream.destroyed;
    },
    on: (event, listener) => stream.on?.(event, listener),
    off: (event, listener) => stream.off?.(event, listener),
  };
}

/** What commands get of a process. */
export function guarded(outside: ProcessContext): CliContext {
  return { ...outside, stdout: guardedOutput(outside.stdout), stderr: guardedOutput(outside.stderr) };
}

function shown(text: string): string {
  if (!text.includes(OWN)) return printable(text);
  const [first = "", ...rest] = text.split(OWN);
  return rest.reduce((before, piece) => {
    const [sequence = ""] = SEQUENCE.exec(piece) ?? [];
    return `${before}\u001b${sequence}${printable(piece.slice(sequence.length))}`;
  }, printable(first));
}
