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

/** The failure that a 2xx body is: the error that it states, in its words, or that its answer was given up. */
export function bodyFailure(body: unknown, read: WireAnswer | null): WireFailure | null {
  const stated = statedErrorIn(body);
  const gaveUp = read?.failure ?? null;
  if (stated === null || gaveUp === null) return stated ?? gaveUp;
  return { ...stated, code: stated.code === "stream_error" ? gaveUp.code : stated.code };
}

/** What a body that is a stream states although a plain answer was asked for: its error, if any, and its usage. */
export function readFramed(
  wire: WireFormat,
  contentType: string | null,
  text: string,
): { readonly failure: WireFailure | null; readonly usage: Usage | null } {
  const reader = wire.startStream?.();
  if (reader === undefined) return { failure: null, usage: null };
  const decoder = framedBody(contentType, (event) => void reader.take(event));
  decoder.feed(Buffer.from(text));
  decoder.end();
  return { failure: statesError(reader) ? reader.failure : null, usage: reader.response().usage };
}
