import { readFileSync } from "node:fs";
import { BenchError, messageOf, systemCodeOf } from "../core/errors.ts";

/** Gives a file's text, or throws a system error. */
export type ReadText = (path: string) => string;

/**
 * The key as it is sent: without white space at its ends, which copied keys often bring along.
 * Throws `BenchError("auth")` when no HTTP header can carry it; `source` says where it came from.
 */
export function sendableKey(text: string, source: string): string {
  const key = text.trim();
  if (/^[\x20-\x7e]+$/.test(key)) return key;
  throw new BenchError("auth", `the key in ${source} holds a character that no HTTP header can carry`, {
    hint: "It may have been pasted with a line break or a typographic character: set it again.",
  });
}

/**
 * The key in a file that the user named by the setting `source`. Throws `BenchError("config")` when there is none,
 * `BenchError("auth")` when it cannot be sent. What looks like a key in place of a path is not repeated.
 */
export function keyInFile(path: string, source: string, readText: ReadText = readUtf8): string {
  const text = textOf(path, source, readText);
  const file = shownPath(path);
  if (text.trim() === "") {
    throw new BenchError("config", `${file}, the file of ${source}, is empty`, {
      hint: "Write the key into it, and nothing else.",
    });
  }
  return sendableKey(text, file);
}

/** The text of a file that the setting `source` names; throws `BenchError("config")` that says why there is none. */
export function textOf(path: string, source: string, readText: ReadText = readUtf8): string {
  try {
    return readText(path);
  } catch (cause) {
    const code = systemCodeOf(cause) ?? "";
    const why =
      { ENOENT: "does not exist", EISDIR: "is a directory", EACCES: "may not be read: permission denied" }[code] ??
      // Node's own message has the path in it.
      `cannot be read (${code || messageOf(cause)})`;
    throw new BenchError("config", `${shownPath(path)}, the file of ${source}, ${why}`, {
      hint: "Check the path; relative ones start at the working directory.",
      cause,
    });
  }
}

/** The path as a home directory completes it. */
export function fromHome(path: string, home: string | null): string {
  return home === null ? path : path.replace(/^~(?=[/\\])/, () => home);
}

function readUtf8(path: string): string {
  return readFileSync(path, "utf8").replace(/^\uFEFF/, "");
}

/** Somebody may have written the key itself where its file belongs. */
function shownPath(path: string): string {
  if (/^(sk|pk|gsk|xai)[-_]/i.test(path)) return "what is named";
  const isPath = /^(~|\.{0,2})[/\\]|^[a-z]:[/\\]|\.[a-z]{1,5}$/i.test(path);
  return isPath || path.length < 20 ? path : "what is named";
}
