import { systemClock } from "../../src/core/clock.ts";
import type { Attempt } from "../../src/core/provider.ts";
import type { ModelResponse } from "../../src/core/response.ts";
import { HttpAttempt } from "../../src/providers/http/http-attempt.ts";
import type { WireFormat } from "../../src/providers/wire/wire-format.ts";
import { exampleCall } from "./call.ts";

/** What a server sends, as far as an attempt sees it. */
export interface Reply {
  readonly status?: number;
  readonly contentType?: string | null;
  /** Each piece comes with a socket read of its own. */
  readonly pieces: readonly Buffer[];
  /** How it ends: with the body's end unless told otherwise. */
  readonly error?: Error;
}

/** What the attempt makes of a reply, without a socket; the n-th read comes at the instant n. */
export function attemptOver(wire: WireFormat, stream: boolean, reply: Reply): Attempt & { readonly text: string } {
  let text = "";
  let settled: Attempt | null = null;
  const observer = { sent() {}, tokens() {}, text: (delta: string) => void (text += delta) };
  const call = exampleCall({ request: { model: "m", prompt: "Hi", stream }, observer, keepRaw: true });
  const attempt = new HttpAttempt(call, wire, systemClock, new URL("http://host/v1"), {
    settle: (result) => (settled ??= result),
    end() {},
  });
  attempt.sent(0, true);
  const { status = 200, contentType = "text/event-stream", pieces, error } = reply;
  attempt.headers(0, status, contentType === null ? {} : { "content-type": contentType });
  for (const [i, piece] of pieces.entries()) attempt.data(i + 1, i + 1, piece);
  if (error === undefined) attempt.ended(pieces.length + 1);
  else attempt.failed(pieces.length + 1, error);
  if (settled === null) throw new Error("the attempt did not end");
  return { ...(settled as Attempt), text };
}

/** The answer of an attempt that succeeded. */
export function answerOf({ outcome }: Attempt): ModelResponse {
  if (!outcome.ok) throw new Error(`${outcome.failure.code}: ${outcome.failure.message}`);
  return outcome.response;
}

/** How an attempt ended: `ok`, or its failure's code. */
export const endingOf = ({ outcome }: Attempt): string => (outcome.ok ? "ok" : outcome.failure.code);

/** Bytes, cut at these places. */
export function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [0, ...[...new Set(places)].filter((n) => n > 0 && n < bytes.length).toSorted((a, b) => a - b)];
  return at.map((start, i) => bytes.subarray(start, at[i + 1] ?? bytes.length));
}

/** Bytes in pieces of one size, the last of what is left. */
export const inPieces = (bytes: Buffer, size: number): Buffer[] =>
  cutAt(
    bytes,
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => i * size),
  );
