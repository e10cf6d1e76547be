import { readFileSync } from "node:fs";
import { BenchError, messageOf, systemCodeOf } from "../core/errors.ts";
import { looksLikeKey } from "../core/looks-like-key.ts";

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
 * `BenchError("auth")` when it cannot be sent. What looks like a key instead of a path is not repeated.
 */
export function keyInFile(path: string, source: string, readText: ReadText = readUtf8): string {
  const text = textOf(path, source, readText);
  const file = path;
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

/**
 * What of a path may be a key that somebody wrote where the name of its file belongs: all of it, unless it is written
 * like a path, and of that what looks like a key. Of a file that exists, nothing is.
 */
export function keysInPath(path: string): string[] {
  const isPath = /^(~|\.{0,2})[/\\]|^[a-z]:[/\\]|\.[a-z]{1,5}$/i.test(path);
  return isPath ? path.split(/[/\\]/).filter(looksLikeKey) : [path];
}

/** Whether the name of a variable that is not set is rather a key. */
export const isKeyForName = (variable: string): boolean => /[a-z]/.test(variable) && looksLikeKey(variable);

function shownPath(path: string): string {
  const keys = keysInPath(path);
  if (keys.includes(path)) return "what is named";
  return keys.reduce((shown, key) => shown.replaceAll(key, "[secret]"), path);
}
