import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { maskCut, maskFor, pieceMaskFor } from "./secrets.ts";

describe("maskFor", () => {
  const mask = maskFor(["sk-0123456789", 'quo"ted-secret', "tiny"]);

  it("takes every secret out of a text, also in the form it has inside JSON", () => {
    expect(mask("a sk-0123456789 b sk-0123456789")).toBe("a [secret] b [secret]");
    expect(mask(JSON.stringify({ key: 'quo"ted-secret' }))).toBe('{"key":"[secret]"}');
  });

  it("leaves secrets alone that are as short as a word", () => {
    expect(mask("a tiny word")).toBe("a tiny word");
  });

  it("masks the longer of two secrets that begin alike", () => {
    expect(maskFor(["sk-0123", "sk-0123-and-more"])("sk-0123-and-more")).toBe("[secret]");
  });

  it.each([
    ["said sk-01234… and so on", "said [secret]… and so on"],
    ["one sk-012345678…, two sk-012…", "one [secret]…, two [secret]…"],
    ["said sk-01… and so on", "said sk-01… and so on"],
    ["no cut sk-01234", "no cut sk-01234"],
  ])("takes the beginning of a secret away from before a cut: %s", (text, masked) => {
    expect(mask(text)).toBe(masked);
  });
});

const KEY = 'sk-proj/Ab+9"x\\y_0123456789';
const each = (text: string, written: (character: string, code: string) => string): string =>
  Array.from(text, (character) => written(character, character.charCodeAt(0).toString(16).padStart(2, "0"))).join("");
const base64 = (text: string): string => Buffer.from(text).toString("base64");
const base64url = (text: string): string => Buffer.from(text).toString("base64url");

/** How servers of all kinds write a text that they repeat. */
const WRITTEN: Readonly<Record<string, (text: string) => string>> = {
  "as it is": (text) => text,
  "in lower case": (text) => text.toLowerCase(),
  "in JSON": (text) => JSON.stringify(text).slice(1, -1),
  "in JSON with escaped slashes": (text) => JSON.stringify(text).slice(1, -1).replaceAll("/", "\\/"),
  "in JSON with every character escaped": (text) => each(text, (_, code) => `\\u00${code}`),
  "in JSON with every character escaped in capitals": (text) => each(text, (_, code) => `\\u00${code.toUpperCase()}`),
  "in JSON with some characters escaped": (text) =>
    each(text, (c, code) => (/[aeiou\d"\\]/.test(c) ? `\\u00${code}` : c)),
  "in JavaScript": (text) => each(text, (c, code) => (/\W/.test(c) ? `\\x${code}` : c)),
  "in a URL": (text) => encodeURIComponent(text),
  "in a URL in small letters": (text) => encodeURIComponent(text).replaceAll(/%../g, (c) => c.toLowerCase()),
  "in a URL with every character escaped": (text) => each(text, (_, code) => `%${code}`),
  "in a URL inside a URL": (text) => encodeURIComponent(encodeURIComponent(text)),
  "in HTML": (text) =>
    text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("/", "&#x2F;").replaceAll("+", "&#43;"),
  "in JSON inside JSON": (text) => JSON.stringify(JSON.stringify(text)).replaceAll("/", "\\/"),
  "in hex": (text) => Buffer.from(text).toString("hex"),
  "in hex in capitals": (text) => Buffer.from(text).toString("hex").toUpperCase(),
  "in hex byte by byte": (text) => each(text, (_, code) => `${code} `).trim(),
  "in hex with colons in capitals": (text) => each(text, (_, code) => `:${code.toUpperCase()}`).slice(1),
  "in hex as a list": (text) => each(text, (_, code) => `, 0x${code}`).slice(2),
  "in base64": base64,
  "in base64 after one character": (text) => base64(`:${text}:`),
  "in base64 after two characters": (text) => base64(`ab${text}abc`),
  "in base64 of URLs": (text) => base64url(`a ${text}`),
  "in base64 inside JSON of PHP": (text) => base64(text).replaceAll("/", "\\/"),
  "in base64 inside a URL": (text) => encodeURIComponent(base64(`x${text}`)),
};

describe("a secret that a server repeats", () => {
  const mask = maskFor([KEY]);
  /** Pieces of the key in each form of it: ten characters are a leak. */
  const leaks = (text: string, written: string): string[] =>
    Array.from({ length: Math.max(0, written.length - 9) }, (_, at) => written.slice(at, at + 10)).filter((piece) =>
      text.includes(piece),
    );

  it.each(Object.entries(WRITTEN))("is masked %s", (_name, write) => {
    const written = write(KEY);
    for (const text of [written, `before ${written} after`, `{"a":"${written}","b":"${written}"}`]) {
      expect(leaks(mask(text), written)).toEqual([]);
      expect(mask(text)).toContain("[secret]");
    }
  });

  it.each(Object.entries(WRITTEN))("is masked %s wherever the text is cut", (_name, write) => {
    const written = write(KEY);
    for (let length = 0; length <= written.length; length += 1) {
      const text = `Your key: ${written.slice(0, length)}`;
      for (const cut of [mask(`${text}… (cut)`), maskCut(text, mask)]) {
        // Six characters, or what they stand for, are as many as an ordinary word.
        expect(leaks(cut, written).length).toBeLessThanOrEqual(Math.max(0, (written.length / KEY.length) * 8 - 9));
      }
    }
  });

  it.each(Object.entries(WRITTEN))("is masked %s in pieces cut anywhere", (_name, write) => {
    const text = `a ${write(KEY)} b`;
    for (let first = 0; first <= text.length; first += 1) {
      for (const second of [first, first + 1, first + 5, text.length]) {
        const pieces = pieceMaskFor([KEY]);
        const out = [text.slice(0, first), text.slice(first, second), text.slice(second)].map((piece) =>
          pieces.take(piece),
        );
        expect(out.join("") + pieces.end()).toBe(mask(text));
      }
    }
  });

  it("is masked in a body of megabytes, at the border of its parts too", () => {
    for (const [name, write] of Object.entries(WRITTEN)) {
      const written = write(KEY);
      for (const before of [0, 3, Math.floor(written.length / 2), written.length]) {
        const text = "x".repeat((1 << 18) - before) + written + "y".repeat(1 << 18);
        expect([name, mask(text).length]).toEqual([
          name,
          mask("x" + written + "y").length - 2 + text.length - written.length,
        ]);
      }
    }
  });

  it("is looked for in linear time and bounded memory, whatever a server sends", () => {
    const prefix = KEY.slice(0, 7);
    for (const piece of ["%41", "\\u0041", "\\\\", "…", prefix, `${prefix}…`, "%2525", "&amp;", "&#x41;"]) {
      const text = piece.repeat(Math.ceil(1e6 / piece.length));
      const before = performance.now();
      mask(text);
      expect([piece, performance.now() - before < 2500]).toEqual([piece, true]);
    }
  });

  it("leaves everything else as it was, as the same text", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("%", "4", "1", "\\", "u", "0", "&", "amp;", "…", "é", "/", '"') }),
        (text) => {
          expect(mask(text)).toBe(text);
        },
      ),
    );
  });
});

describe("the mask for a text in pieces", () => {
  it("finds a secret however it is cut, and holds back no more than it must", () => {
    const mask = pieceMaskFor(["secret-key"]);
    expect([mask.take("the sec"), mask.take("ret-ke"), mask.take("y!"), mask.end()]).toEqual([
      "the ",
      "",
      "[secret]!",
      "",
    ]);
    expect([mask.take("secre"), mask.end()]).toEqual(["", "secre"]);
  });

  it("holds back nothing when there is no secret", () => {
    const mask = pieceMaskFor([]);
    expect([mask.take("all of it"), mask.end()]).toEqual(["all of it", ""]);
  });

  it("says what the mask of the whole says", () => {
    const secret = "abaabaab";
    fc.assert(
      fc.property(fc.array(fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 12 })), (pieces) => {
        const mask = pieceMaskFor([secret]);
        const out = pieces.map((piece) => mask.take(piece)).join("") + mask.end();
        expect(out).toBe(maskFor([secret])(pieces.join("")));
      }),
    );
  });
});
