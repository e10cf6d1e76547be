import type { Bridge } from "./bridge.ts";
import type { Millis } from "./clock.ts";
import type { Failure } from "./failure.ts";
import type { StatedLimits } from "./rate-limits.ts";
import type { ModelRequest } from "./request.ts";
import type { ModelResponse, Usage } from "./response.ts";

/** One way to reach a model. Translates and streams; never retries, paces, times out or logs. */
export interface Provider {
  /** Stands in results as `provider`. */
  readonly name: string;
  /**
   * Whether its answers are simulated; they are then labelled so wherever they show. It may turn out only when an answer
   * says so.
   */
  readonly simulated: boolean;
  /** Set when it is not our own client that sends: times then include another's, and are labelled so. */
  readonly bridge?: Bridge;
  /** Opens what one slot needs to send one request after another; nothing is connected before the first. */
  openChannel(): Channel;
}

/** What one slot sends through: at most one request at a time. */
export interface Channel {
  /** Makes one attempt. Resolves with how it ended and never rejects; an abort ends it with the signal's reason. */
  send(call: Call): Promise<Attempt>;
  close(): Promise<void>;
}

/** One attempt to be made. */
export interface Call {
  readonly request: ModelRequest;
  readonly test_id: string;
  readonly sample: number;
  /** 0 for the first attempt of a case. */
  readonly attempt: number;
  /** Ends the attempt when aborted; its reason is the `Failure` to report. */
  readonly signal: AbortSignal;
  /** Whether the raw body is wanted. */
  readonly keepRaw: boolean;
  readonly observer: AttemptObserver;
}

/** Hears of an attempt's progress while it runs, with the instant of each step; must return at once. */
export interface AttemptObserver {
  /** The connection is open and the request was handed to the socket. */
  sent(at: Millis): void;
  /** A socket read brought model output. */
  tokens(at: Millis): void;
  /** Text of the answer, as it comes. */
  text?(delta: string): void;
  /** Reasoning that comes before or between the text, where the server streams it. */
  reasoning?(delta: string): void;
  /** What a client that is not ours says of the request, such as an option that it leaves out. */
  warning?(message: string): void;
  /** What our client leaves out of this model's requests from now on, since the server refused it. */
  adapted?(message: string): void;
}

/** Instants of one attempt on the monotonic clock; null for what did not happen. */
export interface Instants {
  connectStarted: Millis | null;
  connected: Millis | null;
  sent: Millis | null;
  headers: Millis | null;
  firstByte: Millis | null;
  firstToken: Millis | null;
  firstText: Millis | null;
  lastToken: Millis | null;
  done: Millis;
}

/** How one attempt went. */
export interface Attempt {
  readonly instants: Instants;
  /** Gaps between the reads that brought model output, and the deltas in each read. */
  readonly gapsMs: readonly Millis[];
  readonly deltasPerRead: readonly number[];
  /** Whether reasoning was streamed, which decides how many tokens the gaps stand for. */
  readonly reasoningStreamed: boolean;
  readonly outcome:
    | { readonly ok: true; readonly response: ModelResponse }
    /** `usage` where a failed attempt is known to have been billed. */
    | { readonly ok: false; readonly failure: Failure; readonly usage: Usage | null };
  readonly requestId: string | null;
  readonly systemFingerprint: string | null;
  /** Set when the answer says of itself that a simulator made it. */
  readonly simulated?: true;
  /** What the server said of its rate limits; absent when it said nothing. */
  readonly statedLimits?: StatedLimits | undefined;
  /** The body as it came, when the call asked for it. */
  readonly raw: string | null;
  /** Whether only the beginning of the raw body was kept, since all of those in flight took too much memory. */
  readonly rawCut?: boolean;
}

/** What a model's tokens cost in US dollars; null when the price or the usage is unknown. */
export type PriceOf = (usage: Usage | null) => number | null;
