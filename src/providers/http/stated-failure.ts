import type { Usage } from "../../core/response.ts";
import { statedErrorIn } from "../wire/stated-error.ts";
import type { StreamReader, WireAnswer, WireFailure, WireFormat } from "../wire/wire-format.ts";
import { framedBody } from "./framing.ts";

/** What a stream is in which no answer began. */
export const NO_ANSWER: WireFailure = {
  code: "stream_malformed",
  message: "the stream ended and no answer had begun: no choice, candidate, message or output item came",
};

/** Whether a stream failed by an error of the server's, not by an event that cannot be read. */
export const statesError = ({ failure }: StreamReader): boolean =>
  failure !== null && failure.code !== "stream_malformed";

/** The usage that a body states, be its answer whole or given up. */
export const usageIn = (read: WireAnswer | null): Usage | null =>
  read === null ? null : read.failure === undefined ? read.response.usage : (read.usage ?? null);

/** The failure that a 2xx body is: the error that it states, in its words, or that its answer was given up. */
export function bodyFailure(body: unknown, read: WireAnswer | null): WireFailure | null {
  const stated = statedErrorIn(body);
  const gaveUp = read?.failure ?? null;
  if (stated === null || gaveUp === null) return stated ?? gaveUp;
  return { ...stated, code: stated.code === "stream_error" ? gaveUp.code : stated.code };
}

/** The error in a body that is a stream, though a plain answer was asked for; null where it states none. */
export function framedFailure(wire: WireFormat, contentType: string | null, text: string): WireFailure | null {
  const reader = wire.startStream?.();
  if (reader === undefined) return null;
  const decoder = framedBody(contentType, (event) => void reader.take(event));
  decoder.feed(Buffer.from(text));
  decoder.end();
  return statesError(reader) ? reader.failure : null;
}
