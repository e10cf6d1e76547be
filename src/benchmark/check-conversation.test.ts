import { expect, it } from "vitest";
import { NO_PART_LIMITS } from "../core/part-limits.ts";
import type { ModelRequest, RequestMessage } from "../core/request.ts";
import type { Takes } from "../providers/wire/wire-format.ts";
import { requireTaken } from "./check-conversation.ts";
import type { PricedTarget } from "./targets.ts";

const target = (takes?: Takes): PricedTarget => ({
  label: "there",
  model: "m",
  baseUrl: null,
  parameters: {},
  timeoutMs: null,
  partLimits: NO_PART_LIMITS,
  ignoreEos: false,
  retries: null,
  maxConcurrency: null,
  priceOf: null,
  secrets: [],
  ...(takes === undefined ? {} : { takes }),
});
const request = (...messages: RequestMessage[]): ModelRequest => ({ model: "m", prompt: "p", stream: true, messages });
const text: RequestMessage = { role: "user", content: "Hi" };
const image = (part: object): RequestMessage => ({ role: "user", content: [{ type: "image", ...part } as never] });

it("a conversation goes only to an API that takes one, an image only to one that takes it so", () => {
  const check = (asked: ModelRequest, takes?: Takes): void => requireTaken(asked, target(takes), "t1");
  const none: Takes = { turns: false, images: "none" };
  const data: Takes = { turns: true, images: "data" };
  const [url, inline] = [image({ url: "https://x" }), image({ media_type: "image/png", data: "aGk=" })];
  expect(() => check({ model: "m", prompt: "p", stream: true }, none)).not.toThrow();
  expect(() => check(request(text, url))).not.toThrow();
  expect(() => check(request(text, url), { turns: true, images: "any" })).not.toThrow();
  expect(() => check(request(text, inline), data)).not.toThrow();
  expect(() => check(request(text), none)).toThrow(
    'test case "t1" cannot be sent to there: its API takes a prompt and no messages',
  );
  expect(() => check(request(text, url), data)).toThrow(/none by address/);
  expect(() => check(request(inline), { turns: true, images: "none" })).toThrow(/takes no images/);
});
