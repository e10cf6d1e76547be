import { BenchError } from "../core/errors.ts";
import { DEFAULT_FAULT_KINDS, FAULT_KINDS, isFaultKind, type FaultKind } from "./faults.ts";
import type { Freeze } from "./freeze.ts";
import { PROFILES, type Profile } from "./profile.ts";
import type { RateLimit } from "./rate-limit.ts";

/** What may be asked of a simulator; everything has a default. */
export interface SimulatorOptions {
  /** Mean time to the first token, in milliseconds; 200 by default. */
  readonly ttftMs?: number | undefined;
  /** Mean time between tokens, in milliseconds; 20 by default. */
  readonly tpotMs?: number | undefined;
  /** Mean length of an answer, in tokens; 64 by default. */
  readonly tokens?: number | undefined;
  /** Standard deviation of times and lengths as a share of their means; 0.2 by default. */
  readonly jitter?: number | undefined;
  /** What the schedules, words and faults are drawn from; 1 by default. */
  readonly seed?: number | undefined;
  /** Share of cases that meet a fault, from 0 (the default) to 1. */
  readonly fail?: number | undefined;
  /** The faults to draw from, each as likely as the others; `DEFAULT_FAULT_KINDS` by default. */
  readonly failKinds?: readonly string[] | undefined;
  /** Share of requests, whatever their case, refused with a 429 that says nothing of a wait; 0 by default. */
  readonly refuse?: number | undefined;
  /** How long the server stands still once, in milliseconds; 0 by default. */
  readonly freezeMs?: number | undefined;
  /** When it does, after the first request, in milliseconds; 10 s by default. */
  readonly freezeAfterMs?: number | undefined;
  /** Requests let through per minute, over all models; no limit by default. */
  readonly requestsPerMinute?: number | undefined;
  /** Requests let through at once after a pause; a second's worth by default, at least 1. */
  readonly burst?: number | undefined;
  /** The only model names that exist; any name does by default. */
  readonly models?: readonly string[] | undefined;
  /** Whether to count the requests of each case in the statistics, which takes memory for every case. */
  readonly countKeys?: boolean | undefined;
  /** Address to listen on; 127.0.0.1 by default. */
  readonly host?: string | undefined;
  /** Port to listen on; 0, the default, takes a free one. */
  readonly port?: number | undefined;
  /** Host names to answer besides those of the loopback and `host` itself, without a port; `*` for any. */
  readonly allowHosts?: readonly string[] | undefined;
}

/** Options with every default filled in. */
export interface ResolvedOptions {
  readonly profile: Profile;
  readonly seed: number;
  readonly fail: number;
  readonly failKinds: readonly FaultKind[];
  readonly refuse: number;
  /** Null when it never stands still. */
  readonly freeze: Freeze | null;
  /** Null when there is no limit. */
  readonly rateLimit: RateLimit | null;
  /** Null when any name exists. */
  readonly models: readonly string[] | null;
  readonly countKeys: boolean;
  readonly host: string;
  readonly port: number;
  readonly allowHosts: readonly string[];
}

/** Every option, so that a misspelt one is not taken for its default. */
const NAMES: Readonly<Record<keyof SimulatorOptions, true>> = {
  ttftMs: true,
  tpotMs: true,
  tokens: true,
  jitter: true,
  seed: true,
  fail: true,
  failKinds: true,
  refuse: true,
  freezeMs: true,
  freezeAfterMs: true,
  requestsPerMinute: true,
  burst: true,
  models: true,
  countKeys: true,
  host: true,
  port: true,
  allowHosts: true,
};

function requireKnown(options: unknown): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new BenchError("usage", `simulator: the options are ${describeValue(options)}, which is no object`, {
      hint: "Give an object such as { ttftMs: 50, tokens: 20 }, or {} for the defaults.",
    });
  }
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(NAMES, name));
  if (unknown === undefined) return;
  throw new BenchError("usage", `simulator: there is no option ${JSON.stringify(unknown)}`, {
    hint: `Known: ${Object.keys(NAMES).join(", ")}.`,
  });
}

/** Fills in the defaults; throws `BenchError("usage")` for an unknown option and for a value out of range. */
export function resolveOptions(options: SimulatorOptions = {}): ResolvedOptions {
  requireKnown(options);
  const { requestsPerMinute } = options;
  const host = textIn("host", options.host ?? "127.0.0.1");
  const rateLimit =
    requestsPerMinute === undefined
      ? null
      : {
          perMinute: within("requestsPerMinute", requestsPerMinute, Number.MIN_VALUE),
          burst: within("burst", options.burst ?? Math.max(1, requestsPerMinute / 60), 1),
        };
  return {
    profile: {
      ttftMs: within("ttftMs", options.ttftMs ?? PROFILES.default.ttftMs, 0),
      tpotMs: within("tpotMs", options.tpotMs ?? PROFILES.default.tpotMs, 0),
      tokens: within("tokens", options.tokens ?? PROFILES.default.tokens, 1),
      jitter: within("jitter", options.jitter ?? PROFILES.default.jitter, 0),
    },
    seed: within("seed", options.seed ?? 1, 0),
    fail: within("fail", options.fail ?? 0, 0, 1),
    failKinds: kindsIn(textsIn("failKinds", options.failKinds ?? DEFAULT_FAULT_KINDS)),
    refuse: within("refuse", options.refuse ?? 0, 0, 1),
    freeze: freezeIn(options),
    rateLimit,
    models: options.models === undefined ? null : textsIn("models", options.models),
    countKeys: switchIn("countKeys", options.countKeys ?? false),
    host,
    port: whole("port", options.port ?? 0, 65_535),
    allowHosts: [host.includes(":") ? `[${host}]` : host, ...textsIn("allowHosts", options.allowHosts ?? [])],
  };
}

function freezeIn({ freezeMs = 0, freezeAfterMs = 10_000 }: SimulatorOptions): Freeze | null {
  const freeze = {
    forMs: within("freezeMs", freezeMs, 0),
    afterMs: within("freezeAfterMs", freezeAfterMs, 0),
  };
  return freeze.forMs === 0 ? null : freeze;
}

/** What was given, whatever the types say: a program in JavaScript passes anything. */
function within(name: string, value: unknown, least: number, most = Number.MAX_VALUE): number {
  if (typeof value === "number" && value >= least && value <= most) return value;
  const from = least === Number.MIN_VALUE ? "more than 0" : `at least ${least}`;
  const range = most === Number.MAX_VALUE ? from : `${least} to ${most}`;
  const wrong = typeof value === "number" && !Number.isNaN(value) ? "is out of range" : "is no number";
  throw new BenchError("usage", `simulator: ${name} is ${describeValue(value)}, which ${wrong}`, {
    hint: `Give ${range}.`,
  });
}

function whole(name: string, value: unknown, most: number): number {
  const number = within(name, value, 0, most);
  if (Number.isInteger(number)) return number;
  throw new BenchError("usage", `simulator: ${name} is ${number}, which is no whole number`, {
    hint: `Give a whole number from 0 to ${most}.`,
  });
}

function describeValue(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 40));
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  return typeof value === "number" || typeof value === "boolean" || value === null
    ? String(value)
    : `a ${typeof value}`;
}

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";

function textIn(name: string, value: unknown): string {
  if (isText(value)) return value;
  throw new BenchError("usage", `simulator: ${name} is ${describeValue(value)}`, {
    hint: "Give a text that is not empty.",
  });
}

function textsIn(name: string, value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.map((entry, index) => textIn(`${name}[${index}]`, entry));
  throw new BenchError("usage", `simulator: ${name} is ${describeValue(value)}, which is no list`, {
    hint: "Give a list of texts.",
  });
}

function switchIn(name: string, value: unknown): boolean {
  if (typeof value === "boolean") return value;
  throw new BenchError("usage", `simulator: ${name} is ${describeValue(value)}`, { hint: "Give true or false." });
}

function kindsIn(kinds: readonly string[]): readonly FaultKind[] {
  const unknown = kinds.find((kind) => !isFaultKind(kind));
  if (unknown === undefined && kinds.length > 0) return kinds.filter((kind) => isFaultKind(kind));
  const found = unknown === undefined ? "no kind of fault is given" : `there is no fault "${unknown}"`;
  throw new BenchError("usage", `simulator: ${found}`, { hint: `Choose from ${FAULT_KINDS.join(", ")}.` });
}
