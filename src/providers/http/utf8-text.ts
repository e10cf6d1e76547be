import { StringDecoder } from "node:string_decoder";

/** Turns bytes that are cut anywhere into text, without the byte order mark that may stand at its beginning. */
export interface Utf8Text {
  add(chunk: Buffer): string;
  /** What an incomplete character at the end leaves. */
  end(): string;
}

export function utf8Text(): Utf8Text {
  const decoder = new StringDecoder("utf8");
  let begun = false;
  return {
    add(chunk) {
      const text = decoder.write(chunk);
      if (begun || text === "") return text;
      begun = true;
      return text.startsWith("\uFEFF") ? text.slice(1) : text;
    },
    end: () => decoder.end(),
  };
}
