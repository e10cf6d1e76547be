import type { Clock, Millis } from "../../core/clock.ts";
import { BenchError, messageOf, systemCodeOf } from "../../core/errors.ts";
import { meant, shownAddress } from "../../core/shown-address.ts";

/** What is needed of the answer to a fetch. */
export interface Fetched {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: (AsyncIterable<Uint8Array> & { cancel(): Promise<void> }) | null;
  readonly bodyUsed: boolean;
}

/** Fetches as the global function does. */
export type Fetch = (
  url: URL,
  init: {
    readonly redirect: "manual";
    readonly signal: AbortSignal;
    readonly headers: Readonly<Record<string, string>>;
  },
) => Promise<Fetched>;

/** How a dataset is fetched. */
export interface HttpOptions {
  readonly clock: Clock;
  /** Knows the way through a proxy; the global function, which goes directly, unless given. */
  readonly fetch?: Fetch;
  /** Sent to addresses of these origins only. */
  readonly token?: { readonly value: string; readonly origins: readonly string[] };
  /** The most bytes one download may have. */
  readonly maxBytes?: number;
  /** How long nothing may come, in milliseconds. */
  readonly idleMs?: Millis;
}

/** An answer whose body comes in pieces. */
export interface HttpAnswer {
  readonly status: number;
  /** Where it came from in the end. */
  readonly url: URL;
  readonly body: AsyncIterable<Uint8Array>;
}

const MAX_REDIRECTS = 5;
const IDLE_MS = 30_000;
export const MAX_DOWNLOAD_BYTES = 4 * 1024 * 1024 * 1024;
const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** The address of a dataset; throws `BenchError("dataset")` for what is not `https:`, or `http:` to this machine. */
export function datasetUrl(text: string | URL, from: string = shownAddress(String(text))): URL {
  const url = URL.canParse(String(text)) ? new URL(text) : null;
  if (url === null)
    throw new BenchError("dataset", `${from} is not a valid address`, { hint: "Check how it is written." });
  if (url.protocol === "https:" || (url.protocol === "http:" && LOOPBACK.has(url.hostname))) return url;
  throw new BenchError("dataset", `${from} leads to ${url.protocol}//${url.host}, which is not encrypted`, {
    hint: "Datasets are fetched over https: only; http: is for this machine itself.",
  });
}

/**
 * Fetches an address, following a few redirects. Throws `BenchError("dataset")` when it cannot be reached, answers with
 * an error, sends too much, or falls silent.
 */
export async function httpGet(address: URL, options: HttpOptions): Promise<HttpAnswer> {
  let url = datasetUrl(address);
  const login = loginOf(url);
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const silence = silenceGuard(options);
    const response = await fetched(url, { ...options, login }, silence);
    const location = response.headers.get("location");
    if (response.status >= 300 && response.status < 400 && location !== null) {
      silence.end();
      await response.body?.cancel();
      url = datasetUrl(
        URL.canParse(location, url.href) ? new URL(location, url) : location,
        shownAddress(address.href),
      );
      continue;
    }
    return { status: response.status, url, body: bodyOf(response, url, options, silence) };
  }
  throw new BenchError("dataset", `${shownAddress(address.href)} redirects more than ${MAX_REDIRECTS} times`, {
    hint: "Give the address where the file really is.",
  });
}

async function fetched(
  url: URL,
  { token, login, fetch = globalThis.fetch }: HttpOptions & { readonly login: Login | null },
  silence: SilenceGuard,
): Promise<Fetched> {
  const headers: Record<string, string> = { "user-agent": "llm-test-bench" };
  if (token?.origins.includes(url.origin) === true) headers["authorization"] = `Bearer ${token.value}`;
  if (login?.origin === url.origin) headers["authorization"] = login.authorization;
  try {
    return await fetch(withoutLogin(url), { redirect: "manual", signal: silence.signal, headers });
  } catch (cause) {
    // Its timer would keep the process alive.
    silence.end();
    throw cause instanceof BenchError ? cause : networkError(url, cause, silence.signal);
  }
}

async function* bodyOf(
  response: Fetched,
  url: URL,
  { maxBytes = MAX_DOWNLOAD_BYTES }: HttpOptions,
  silence: SilenceGuard,
): AsyncGenerator<Uint8Array> {
  const announced = Number(response.headers.get("content-length") ?? 0);
  let bytes = 0;
  try {
    if (announced > maxBytes) throw tooLarge(url, maxBytes);
    for await (const piece of response.body ?? []) {
      silence.heard();
      bytes += piece.length;
      if (bytes > maxBytes) throw tooLarge(url, maxBytes);
      yield piece;
    }
  } catch (cause) {
    throw cause instanceof BenchError ? cause : networkError(url, cause, silence.signal);
  } finally {
    silence.end();
    if (!response.bodyUsed || bytes > maxBytes) await response.body?.cancel().catch(() => {});
  }
}

/** The user and password of an address, as they are sent to it and to no other. */
interface Login {
  readonly origin: string;
  readonly authorization: string;
}

function loginOf({ origin, username, password }: URL): Login | null {
  if (username === "" && password === "") return null;
  const text = `${meant(username)}:${meant(password)}`;
  return { origin, authorization: `Basic ${Buffer.from(text).toString("base64")}` };
}

/** Fetching refuses an address that holds them. */
function withoutLogin(url: URL): URL {
  const open = new URL(url);
  open.username = "";
  open.password = "";
  return open;
}

interface SilenceGuard {
  readonly signal: AbortSignal;
  heard(): void;
  end(): void;
}

/** Aborts when nothing has come for a while. */
function silenceGuard({ clock, idleMs = IDLE_MS }: HttpOptions): SilenceGuard {
  const controller = new AbortController();
  const set = () => clock.setTimer(idleMs, () => controller.abort());
  let timer = set();
  return {
    signal: controller.signal,
    heard() {
      timer.cancel();
      timer = set();
    },
    end: () => timer.cancel(),
  };
}

function networkError(url: URL, cause: unknown, signal: AbortSignal): BenchError {
  const inner = cause instanceof Error && cause.cause !== undefined ? cause.cause : cause;
  const code = systemCodeOf(inner);
  const why = signal.aborted ? "nothing came for too long" : (code ?? messageOf(inner));
  return new BenchError("dataset", `${shownAddress(url.href)} cannot be fetched: ${why}`, {
    hint: "Check the address and the network, or download the file yourself and name it.",
    cause,
  });
}

const tooLarge = (url: URL, maxBytes: number): BenchError =>
  new BenchError(
    "dataset",
    `${shownAddress(url.href)} has more than ${Math.round(maxBytes / 1024 / 1024)} MB, the most that is fetched`,
    {
      hint: "Download it yourself and name the file.",
    },
  );
