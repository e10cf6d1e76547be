import { wallTimeOf, type Clock, type Millis, type Timer } from "../../core/clock.ts";
import { failure, type Failure } from "../../core/failure.ts";
import type { Attempt, Call, Instants } from "../../core/provider.ts";
import type { StatedLimits } from "../../core/rate-limits.ts";
import type { Usage } from "../../core/response.ts";
import { tidyMessage } from "../wire/failures.ts";
import { isFields, parseJson } from "../wire/fields.ts";
import type { StreamReader, WireFailure, WireFormat } from "../wire/wire-format.ts";
import type { ExchangeListener, HttpHeaders } from "./connection.ts";
import { framedBody, type FramedBody } from "./framing.ts";
import { HeldAnswer } from "./held-answer.ts";
import { LimitError, LIMITS, tooLong } from "./limits.ts";
import { networkFailure } from "./network-failure.ts";
import { retryAfter, statedLimits } from "./rate-limit-headers.ts";
import { redirectFailure } from "./redirect.ts";
import { wantsTls } from "./tls-failure.ts";
import { bodyFailure, NO_ANSWER, readFramed, statesError } from "./stated-failure.ts";
import { TokenTimes } from "./token-times.ts";

/** How long a server may keep a stream open after its end marker or an error before the connection is given up. */
const LINGER_MS = 1000;

/** What an attempt asks of whoever made it. */
export interface HttpAttemptOutside {
  settle(attempt: Attempt): void;
  /** Ends the exchange, since nothing that matters can follow. */
  end(reason: Error): void;
}

/** Collects what one exchange brings and makes an `Attempt` of it. */
export class HttpAttempt implements ExchangeListener {
  readonly #call: Call;
  readonly #wire: WireFormat;
  readonly #clock: Clock;
  readonly #url: URL;
  readonly #outside: HttpAttemptOutside;
  #lingering: Timer | null = null;

  readonly #instants: Omit<Instants, "done" | "firstToken" | "firstText" | "lastToken"> = {
    connectStarted: null,
    connected: null,
    sent: null,
    headers: null,
    firstByte: null,
  };
  readonly #tokens = new TokenTimes();
  readonly #held = new HeldAnswer();
  #nextCount: number = LIMITS.bytesBetweenCounts;
  #events = 0;
  #bytesSinceEvent = 0;
  #streamBytes = 0;
  #tooMuch = false;
  #status = 0;
  #headers: HttpHeaders = {};
  #fresh = true;
  /** What was asked for as a stream; whether it is one shows when it begins. */
  #stream: { reader: StreamReader; decoder: FramedBody } | null = null;
  #readAt: Millis = 0;
  #read = -1;
  #reasoningStreamed = false;
  #reasoningTold = 0;
  #systemFingerprint: string | null = null;
  #statedLimits: StatedLimits | null = null;
  /** The server's, where it states it: its dates are to be read by its own clock, whatever this machine's says. */
  readonly #wallTime = (): string => wallTimeOf(this.#header("date")) ?? this.#clock.wallTime();

  constructor(call: Call, wire: WireFormat, clock: Clock, url: URL, outside: HttpAttemptOutside) {
    this.#call = call;
    this.#wire = wire;
    this.#clock = clock;
    this.#url = url;
    this.#outside = outside;
  }

  connecting(at: Millis): void {
    this.#instants.connectStarted = at;
  }

  connected(at: Millis): void {
    this.#instants.connected = at;
  }

  sent(at: Millis, fresh: boolean): void {
    this.#instants.sent = at;
    this.#fresh = fresh;
    this.#call.observer.sent(at);
  }

  headers(at: Millis, status: number, headers: HttpHeaders): void {
    this.#instants.headers = at;
    this.#status = status;
    this.#headers = headers;
    this.#statedLimits = statedLimits((name) => this.#header(name), this.#wallTime);
    const { startStream } = this.#wire;
    if (status >= 300 || !this.#call.request.stream || startStream === null) return;
    const { observer } = this.#call;
    const reader = startStream((text) => observer.text?.(text));
    const decoder = framedBody(this.#header("content-type"), (event) => {
      this.#bytesSinceEvent = 0;
      this.#events += 1;
      if (this.#tooMuch) return;
      if (this.#events > LIMITS.events) {
        return this.#stop(new LimitError(`the stream has more than ${LIMITS.events} events, and no more are taken`));
      }
      const delta = reader.take(event);
      if (delta !== "none") this.#token(delta);
      if (delta === "reasoning" && observer.reasoning !== undefined) observer.reasoning(this.#newReasoning(reader));
    });
    this.#stream = { reader, decoder };
  }

  data(at: Millis, read: number, chunk: Buffer): void {
    this.#instants.firstByte ??= at;
    this.#readAt = at;
    this.#read = read;
    if (this.#tooMuch) return;
    const known = this.#stream?.decoder.kind ?? "whole";
    if (known !== "stream") this.#held.keep(chunk);
    else if (this.#call.keepRaw) this.#held.keepIfRoom(chunk);
    if (this.#stream === null) return this.#checkLength();
    this.#bytesSinceEvent += chunk.length;
    this.#streamBytes += chunk.length;
    this.#stream.decoder.feed(chunk);
    if (this.#stream.decoder.kind !== "stream") return this.#checkLength();
    if (known !== "stream" && !this.#call.keepRaw) this.#held.letBodyGo();
    if (this.#streamBytes >= this.#nextCount) this.#countText(this.#stream.reader);
    if (this.#bytesSinceEvent > LIMITS.bytesBetweenEvents) {
      this.#stop(tooLong("an event of the stream", LIMITS.bytesBetweenEvents));
    } else if (this.#streamBytes > LIMITS.answerBytes) {
      // The connection counts what comes over the wire, which compressed is a thousandth of this.
      this.#stop(tooLong("the answer", LIMITS.answerBytes));
    }
    if (this.#stream.reader.ended || this.#stream.reader.failure !== null) {
      this.#lingering ??= this.#clock.setTimer(LINGER_MS, () =>
        this.#outside.end(new Error("the server keeps the connection open after the end of its answer")),
      );
    }
  }

  ended(at: Millis): void {
    const stream = this.#stream;
    this.#finish(at, stream?.decoder.isStream === true ? this.#streamOutcome(stream) : this.#plainOutcome());
  }

  failed(at: Millis, error: unknown): void {
    const { signal } = this.#call;
    if (this.#stream !== null && this.#isOver(this.#stream)) {
      // All that the server had to say was said; how the connection went after that does not matter.
      return this.#finish(this.#readAt, this.#streamOutcome(this.#stream));
    }
    const reason = signal.aborted
      ? (signal.reason as Failure)
      : networkFailure(
          error,
          {
            sent: this.#instants.sent !== null,
            anyByte: this.#instants.headers !== null,
            fresh: this.#fresh,
            sinceSentMs: this.#instants.sent === null ? 0 : at - this.#instants.sent,
            streaming: this.#call.request.stream,
          },
          this.#url.host,
        );
    this.#tooMuch ||= reason.code === "response_too_large";
    const usage = this.#stream?.reader.response().usage ?? null;
    this.#finish(at, { ok: false, failure: { ...reason, http_status: this.#status || null }, usage });
  }

  /** Whether all was said before it broke off or ran out of time: the end, or an error, which may lack its line end. */
  #isOver({ reader, decoder }: { reader: StreamReader; decoder: FramedBody }): boolean {
    if (reader.ended || reader.failure !== null) return true;
    const { signal } = this.#call;
    if (this.#tooMuch || (signal.aborted && (signal.reason as Failure).code === "cancelled")) return false;
    decoder.end();
    return reader.ended || statesError(reader);
  }

  #countText(reader: StreamReader): void {
    this.#nextCount = this.#streamBytes + LIMITS.bytesBetweenCounts;
    if (this.#held.countText(reader.response())) return;
    this.#stop(tooLong("the text of all answers in flight", LIMITS.textBytesTogether));
  }

  /** No more is taken, and what came is let go: nobody reads megabytes of it, and they would go to disk. */
  #stop(error: LimitError): void {
    this.#tooMuch = true;
    this.#held.letBodyGo();
    this.#outside.end(error);
  }

  #checkLength(): void {
    if (this.#held.length > LIMITS.wholeBodyBytes) this.#stop(tooLong("the body", LIMITS.wholeBodyBytes));
  }

  #token(delta: "text" | "reasoning" | "other"): void {
    if (delta === "reasoning") this.#reasoningStreamed = true;
    if (this.#tokens.came(this.#readAt, this.#read, delta)) this.#call.observer.tokens(this.#readAt);
  }

  /** What came since the last call. Read off the answer so far, so that no wire format has to tell of it. */
  #newReasoning(reader: StreamReader): string {
    const reasoning = reader.response().reasoning ?? "";
    const added = reasoning.slice(this.#reasoningTold);
    this.#reasoningTold = reasoning.length;
    return added;
  }

  #plainOutcome(): Attempt["outcome"] {
    const text = withoutMark(this.#held.body());
    const body = parseJson(text);
    const type = this.#header("content-type");
    const framed = !isFields(body) && this.#status < 300 ? readFramed(this.#wire, type, text) : null;
    const usage = isFields(body) ? this.#wire.readUsage(body) : (framed?.usage ?? null);
    if (this.#status >= 400) return this.#refused(this.#refusal(body, text), usage);
    if (this.#status >= 300) {
      return this.#refused(redirectFailure(this.#status, this.#header("location"), this.#url.href));
    }
    const read = this.#wire.readBody(body);
    const failed = bodyFailure(body, read) ?? framed?.failure ?? null;
    if (failed !== null) return this.#refused(failed, usage);
    if (this.#call.request.stream) return this.#malformed("asked for an event stream, got", text, usage);
    if (read === null || read.failure !== undefined)
      return this.#malformed("the body is not an answer of this API:", text, usage);
    this.#systemFingerprint = read.systemFingerprint;
    return { ok: true, response: read.response };
  }

  #streamOutcome({ reader, decoder }: { reader: StreamReader; decoder: FramedBody }): Attempt["outcome"] {
    const before = reader.failure;
    if (!reader.ended) decoder.end();
    const response = reader.response();
    const { usage } = response;
    this.#reasoningStreamed ||= response.reasoning !== null;
    this.#systemFingerprint = reader.systemFingerprint;
    if (before !== null) return this.#refused(before, usage);
    if (reader.failure !== null && statesError(reader)) return this.#refused(reader.failure, usage);
    if (reader.began === false && reader.failure === null) return this.#refused(NO_ANSWER, usage);
    if (reader.complete) return { ok: true, response };
    if (decoder.problem !== null) return this.#refused({ code: "stream_malformed", message: decoder.problem }, usage);
    // Half an event at the very end is the mark of a cut, not of a server that writes nonsense.
    return this.#refused({ code: "stream_cut", message: "the stream ended without its end marker" }, usage);
  }

  #refusal(body: unknown, text: string): WireFailure {
    const scheme = this.#url.protocol === "http:" ? wantsTls(this.#url.host, this.#status, text) : null;
    return scheme ?? this.#wire.readFailure(this.#status, body, text);
  }

  #malformed(what: string, text: string, usage: Usage | null): Attempt["outcome"] {
    const type = this.#header("content-type") ?? "no content type";
    return this.#refused({ code: "stream_malformed", message: tidyMessage(`${what} ${type}: ${text}`) }, usage);
  }

  #refused(wire: WireFailure, usage: Usage | null = null): Attempt["outcome"] {
    const inHeaders = retryAfter((name) => this.#header(name), this.#wallTime);
    const inBody = wire.retryAfterMs ?? null;
    const stated = inHeaders?.stated ?? (inBody === null ? null : `retryDelay: ${inBody / 1000}s`);
    return {
      ok: false,
      failure: failure(wire.code, wire.message, {
        http_status: this.#status,
        retry_after_ms: inHeaders?.ms ?? inBody,
        ...(stated === null ? {} : { wait_stated: stated }),
      }),
      usage,
    };
  }

  #header(name: string): string | null {
    const value = this.#headers[name];
    return (Array.isArray(value) ? value[0] : value) ?? null;
  }

  #finish(at: Millis, outcome: Attempt["outcome"]): void {
    this.#lingering?.cancel();
    const raw = this.#call.keepRaw && !this.#tooMuch && this.#status !== 0 ? this.#held.body() : null;
    this.#held.letGo();
    const { connectStarted, connected, sent, headers, firstByte } = this.#instants;
    const { firstToken, firstText, lastToken } = this.#tokens;
    this.#outside.settle({
      // Written out: a copy of two objects into one takes 10 µs, which a request of a fast server can feel.
      instants: { connectStarted, connected, sent, headers, firstByte, firstToken, firstText, lastToken, done: at },
      gapsMs: this.#tokens.gapsMs,
      deltasPerRead: this.#tokens.deltasPerRead,
      reasoningStreamed: this.#reasoningStreamed,
      outcome,
      ...(isTrue(this.#header("x-simulated")) ? { simulated: true as const } : {}),
      requestId: this.#header("x-request-id") ?? this.#header("request-id"),
      systemFingerprint: this.#systemFingerprint,
      statedLimits: this.#statedLimits ?? undefined,
      raw,
      rawCut: this.#held.isCut,
    });
  }
}

/** JSON allows no byte order mark, and some servers send one. */
const withoutMark = (text: string): string => (text.startsWith("\uFEFF") ? text.slice(1) : text);

const isTrue = (value: string | null): boolean => value !== null && !/^(false|0|no|off)?$/i.test(value.trim());
