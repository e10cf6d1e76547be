import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { wallMillisBetween, type Clock, type Millis } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import { hashText, seededRandom } from "../core/random.ts";
import { bodyReader } from "./body.ts";
import { caseKeyOf, readChatRequest, type ChatRequest } from "./chat-request.ts";
import {
  sendMalformed,
  sendPlain,
  sendRefused,
  sendReset,
  sendStream,
  sendTooLarge,
  sharedNow,
  type Exchange,
} from "./exchange.ts";
import { faultOf, isRefusal } from "./faults.ts";
import { dueUnder } from "./freeze.ts";
import { hostCheck } from "./host-names.ts";
import type { ResolvedOptions } from "./options.ts";
import { profileOf } from "./profile.ts";
import { fullBucket, leftIn, retryAfterHeaders, takeFrom } from "./rate-limit.ts";
import { scheduleOf } from "./schedule.ts";
import type { Counter } from "./statistics.ts";
import { routeOf } from "./routes.ts";
import type { Addressed, Answer } from "./wire.ts";
import { wordsOf } from "./words.ts";

/** The pause that an injected 429 asks for, kept short so that tests and demonstrations end soon. */
const FAULT_RETRY_AFTER_MS = 50;

/** What the simulator does with each request. */
export function answering(options: ResolvedOptions, clock: Clock, counter: Counter): RequestListener {
  let bucket = options.rateLimit === null ? null : fullBucket(options.rateLimit, clock.now());
  const isAllowed = hostCheck(options.allowHosts);
  const bodies = bodyReader();
  const refusal = seededRandom(`${options.seed} refusals`);
  let received = 0;
  let firstAt: Millis | null = null;

  /** How long this request would have to wait for the rate limit; 0 lets it through. */
  const waitForLimit = (): number => {
    if (options.rateLimit === null || bucket === null) return 0;
    const taken = takeFrom(bucket, options.rateLimit, clock.now());
    bucket = taken.bucket;
    return taken.waitMs;
  };
  /** Says what is left of the limit, where this wire's API has headers for it. */
  const sayLeft = ({ response, wire }: Exchange): void => {
    if (options.rateLimit === null || bucket === null) return;
    const headers = wire.limitHeaders?.(leftIn(bucket, options.rateLimit), clock.wallTime()) ?? {};
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  };

  const answerChat = (exchange: Exchange, request: IncomingMessage, text: string, addressed: Addressed): void => {
    const { wire, requestId } = exchange;
    const chat = readChatRequest(text, wire, addressed);
    const named = headerOf(request, "x-sim-case");
    const caseKey = named ?? ("model" in chat ? caseKeyOf(chat) : null);
    if (caseKey !== null) counter.identified(caseKey);
    if (!("model" in chat) || caseKey === null) {
      return sendRefused(exchange, wire.refuse("invalid_request", requestId, "message" in chat ? chat : undefined));
    }
    if (options.models !== null && !options.models.includes(chat.model)) {
      const about = { message: `The model \`${chat.model}\` does not exist`, param: "model" };
      return sendRefused(exchange, wire.refuse("not_found", requestId, about));
    }
    const waitMs = waitForLimit();
    sayLeft(exchange);
    if (waitMs > 0) {
      return sendRefused(exchange, wire.refuse("rate_limited", requestId), retryAfterHeaders(waitMs));
    }
    // Drawn for each request, also where none is refused: the numbers then depend on nothing but the seed.
    if (refusal() < options.refuse) return sendRefused(exchange, wire.refuse("rate_limited", requestId));
    return answerCase(exchange, chat, caseKey, attemptOf(request));
  };

  const answerCase = (exchange: Exchange, chat: ChatRequest, caseKey: string, attempt: number): void => {
    const { wire, requestId } = exchange;
    const drawn = faultOf(options, caseKey, attempt);
    // An answer in one piece has no stream in which to report an error.
    const fault = drawn === "stream_error" && !chat.stream ? "server_error" : drawn;
    if (fault !== null && isRefusal(fault)) {
      const headers = fault === "rate_limited" ? retryAfterHeaders(FAULT_RETRY_AFTER_MS) : {};
      return sendRefused(exchange, wire.refuse(fault, requestId), headers);
    }
    if (fault === "connection") return sendReset(exchange);
    if (fault === "malformed") return sendMalformed(exchange);
    const schedule = scheduleOf(options.seed, caseKey, profileOf(chat.model, options.profile), chat.maxTokens);
    const answer: Answer = {
      id: hashText(`${options.seed} ${caseKey}`).toString(16),
      model: chat.model,
      created: Math.floor((wallMillisBetween("1970-01-01T00:00:00Z", clock.wallTime()) ?? 0) / 1000),
      promptTokens: chat.promptTokens,
      tokens: wordsOf(options.seed, caseKey, schedule.dueMs.length),
      finish: schedule.finish,
      includeUsage: chat.includeUsage,
    };
    return (chat.stream ? sendStream : sendPlain)(exchange, answer, schedule.dueMs, fault);
  };

  return (request, response) => {
    const receivedNs = sharedNow();
    const receivedAt = clock.now();
    received += 1;
    const path = `${request.method ?? ""} ${(request.url ?? "").split("?")[0] ?? ""}`;
    const route = routeOf(path, request.headers);
    const { wire } = route;
    const requestId = `req_sim_${received}`;
    const began = firstAt ?? receivedAt;
    const dueAt = (afterMs: Millis): Millis => dueUnder(options.freeze, began, receivedAt, afterMs);
    const exchange = { response, wire, clock, receivedAt, receivedNs, requestId, dueAt };
    response.setHeader("x-simulated", "true");
    response.setHeader(wire.requestIdHeader, requestId);
    if (!isAllowed(request.headers.host)) {
      const message = `Host ${JSON.stringify(request.headers.host ?? "")}: the simulator answers loopback names only; allow others with --allow-host`;
      return sendRefused(exchange, wire.refuse("permission", requestId, { message }));
    }
    if (path === "GET /sim/stats") return sendJson(response, counter.snapshot());
    if (route.kind === "models") {
      return sendJson(response, wire.modelList(options.models ?? ["default", "fast", "slow"]));
    }
    if (route.kind === "unknown") {
      return sendRefused(exchange, wire.refuse("unknown_url", requestId, { message: `Unknown request URL: ${path}` }));
    }
    firstAt ??= receivedAt;
    counter.enter();
    response.on("close", () => counter.leave());
    bodies.read(request, (body) => {
      if ("tooLarge" in body) {
        const refused = wire.refuse("invalid_request", requestId, {
          message: `The request is too large: ${body.tooLarge}`,
        });
        return sendTooLarge(exchange, request, refused);
      }
      try {
        answerChat(exchange, request, body.text, route.addressed);
      } catch (error) {
        // No request may end the simulator, also not one that nobody thought of.
        if (response.headersSent) return void response.destroy();
        const message = `The request cannot be read: ${messageOf(error)}`;
        sendRefused(exchange, wire.refuse("invalid_request", requestId, { message }));
      }
    });
  };
}

function sendJson(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

/** The attempt that the client says this is: ours and the official clients' headers count alike, from 0. */
function attemptOf(request: IncomingMessage): number {
  const stated = Number(headerOf(request, "x-sim-attempt") ?? headerOf(request, "x-stainless-retry-count") ?? 0);
  return Number.isSafeInteger(stated) && stated > 0 ? stated : 0;
}

function headerOf(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name];
  return typeof value === "string" ? value : null;
}
