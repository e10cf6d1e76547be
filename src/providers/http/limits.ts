const KiB = 1024;
const MiB = 1024 * KiB;

/**
 * What one answer may cost this client; docs/networks.md has the same table. A model's longest answers today are some
 * 130 000 tokens: under 1 MB as text, 40 MB as a stream with 300 bytes around each token. Bytes on the wire are counted
 * every few socket reads, so up to 1 MiB more may come.
 */
export const LIMITS = {
  /** One head, or the trailers: names and values. Twice what Node itself takes. */
  headerBytes: 32 * KiB,
  /** All that comes before the answer's own head is complete, `1xx` heads and status lines included. */
  bytesBeforeAnswer: 256 * KiB,
  /** Everything of one answer as it comes over the wire, its framing included; of a stream also after decompression. */
  answerBytes: 64 * MiB,
  /** A body that is parsed as a whole, after decompression: as nested JSON it takes up to 30 times as much memory. */
  wholeBodyBytes: 8 * MiB,
  /** From one event of a stream to the next, after decompression; a single event or line is no longer than that, for the same reason. */
  bytesBetweenEvents: 8 * MiB,
  /** Events of one stream: several times the tokens of the longest answer. */
  events: 500_000,
  /** Raw bodies of all answers in flight, over the process; streams beyond it are read on, and their raw bodies cut. */
  rawBytesTogether: 256 * MiB,
  /** Texts of all streams in flight, over the process; a stream that is large itself ends where it would go beyond. */
  textBytesTogether: 128 * MiB,
  /** After so many bytes of a stream each, its text is counted: an answer of any model today ends before the first. */
  bytesBetweenCounts: 4 * MiB,
  /** The head of a proxy's answer to CONNECT. */
  proxyHeaderBytes: 16 * KiB,
} as const;

/** A server sent more than is taken. */
export class LimitError extends Error {
  override readonly name = "LimitError";
}

/** The error for a part of an answer that is longer than `bytes`. */
export function tooLong(part: string, bytes: number): LimitError {
  const size = bytes < MiB ? `${bytes / KiB} KiB` : `${bytes / MiB} MiB`;
  return new LimitError(`${part} is longer than ${size}, and no more is taken`);
}
