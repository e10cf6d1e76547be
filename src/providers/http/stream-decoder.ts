/** Takes the bytes of a stream, cut anywhere, and hands out whole events. */
export interface StreamDecoder {
  feed(chunk: Buffer): void;
  /** Ends the stream: an event that lacks only its end is handed out too. */
  end(): void;
  /** Why these bytes are no such stream. */
  readonly problem: string | null;
}
