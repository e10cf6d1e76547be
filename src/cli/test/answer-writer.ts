import type { AttemptObserver } from "../../core/provider.ts";
import { pieceMaskFor } from "../../core/secrets.ts";
import { painter, wantsColor } from "../colors.ts";
import type { CliContext, Output } from "../context.ts";

/** Shows an answer while it comes: its text on stdout, its reasoning on stderr, marked. */
export interface AnswerWriter extends Required<Pick<AttemptObserver, "text" | "reasoning">> {
  /** Whether anything of the answer came to it. */
  readonly begun: boolean;
  /** Writes what was held back, and ends the line on a terminal. */
  end(): void;
}

/** A writer for one answer, with secrets taken out. */
export function answerWriter({ stdout, stderr, env }: CliContext, secrets: readonly string[]): AnswerWriter {
  const paint = painter(wantsColor(stderr, env));
  const text = pieceWriter(stdout, secrets, (piece) => piece);
  const reasoning = pieceWriter(stderr, secrets, (piece) => paint("quiet", piece));
  let now: "text" | "reasoning" | null = null;
  let marked = false;
  let begun = false;

  const begin = (what: "text" | "reasoning"): void => {
    if (now === what) return;
    begun = true;
    end();
    now = what;
    if (what === "text" && !marked) return;
    marked = true;
    stderr.write(`${paint("quiet", what === "text" ? "[answer]" : "[reasoning]")}\n`);
  };
  const end = (): void => {
    text.flush();
    reasoning.flush();
    if (now === "reasoning" || (now === "text" && stdout.isTTY === true)) (now === "text" ? text : reasoning).endLine();
    now = null;
  };
  return {
    text(delta) {
      begin("text");
      text.write(delta);
    },
    reasoning(delta) {
      begin("reasoning");
      reasoning.write(delta);
    },
    get begun() {
      return begun;
    },
    end,
  };
}

/** Writes text that comes in pieces, which may be cut inside a character, a line end or a secret. */
function pieceWriter(
  output: Output,
  secrets: readonly string[],
  shown: (piece: string) => string,
): { write(piece: string): void; flush(): void; endLine(): void } {
  const mask = pieceMaskFor(secrets);
  let half = "";
  let last = "";
  const put = (piece: string): void => {
    if (piece === "") return;
    output.write(shown(piece));
    last = piece;
  };
  return {
    write(piece) {
      const whole = half + piece;
      half = /[\ud800-\udbff\r]$/.exec(whole)?.[0] ?? "";
      put(mask.take(half === "" ? whole : whole.slice(0, -1)));
    },
    flush() {
      put(mask.end() + half);
      half = "";
    },
    endLine() {
      if (!last.endsWith("\n")) output.write("\n");
    },
  };
}
