import type { WireEvent } from "../wire/wire-format.ts";
import type { StreamDecoder } from "./stream-decoder.ts";
import { utf8Text } from "./utf8-text.ts";

/** One JSON array whose elements, objects, come one after another: each is handed out when its last brace has come. */
export function jsonArrayDecoder(onEvent: (event: WireEvent) => void): StreamDecoder {
  const utf8 = utf8Text();
  let opened = false;
  let problem: string | null = null;
  let depth = 0;
  let inString = false;
  let escaped = false;
  let pieces: string[] = [];

  /** Takes a character between elements; says whether an element begins with it. */
  const between = (character: string): boolean => {
    if (character.trim() === "") return false;
    if (character === "{" && opened) return true;
    if (!opened && character === "[") opened = true;
    else if (!opened || (character !== "," && character !== "]")) {
      problem = `expected the elements of a JSON array, got ${JSON.stringify(character)}`;
    }
    return false;
  };

  /** Takes a character within an element; says whether the element ends with it. */
  const within = (character: string): boolean => {
    if (inString) {
      if (escaped) escaped = false;
      else if (character === "\\") escaped = true;
      else if (character === '"') inString = false;
      return false;
    }
    if (character === '"') inString = true;
    else if (character === "{" || character === "[") depth += 1;
    else if (character === "}" || character === "]") depth -= 1;
    return depth === 0;
  };

  return {
    feed(chunk) {
      const text = utf8.add(chunk);
      let start = 0;
      for (let i = 0; i < text.length; i += 1) {
        if (problem !== null) return;
        const character = text.charAt(i);
        if (depth === 0) {
          if (!between(character)) continue;
          depth = 1;
          start = i;
        } else if (within(character)) {
          pieces.push(text.slice(start, i + 1));
          onEvent({ name: "message", data: pieces.join("") });
          pieces = [];
        }
      }
      if (depth > 0) pieces.push(text.slice(start));
    },
    // An element without its last brace cannot be read.
    end() {},
    get problem() {
      return problem;
    },
  };
}
