import { expect, it } from "vitest";
import { fakeClock } from "../../test/support/fake-clock.ts";
import { finish, scripted, start, targetOf, type Script } from "../../test/support/scripted-run.ts";
import { failure } from "../core/failure.ts";
import type { Usage } from "../core/response.ts";

/** What a run over three cases is warned of: the texts, and the subjects by which they are told apart. */
async function warnedOf(script: Script): Promise<{ texts: string[]; subjects: Set<string | undefined> }> {
  const clock = fakeClock();
  const texts: string[] = [];
  const subjects = new Set<string | undefined>();
  const warned = (_: string, message: string, about?: string): void => {
    texts.push(message);
    subjects.add(about);
  };
  await finish(clock, start(clock, [targetOf(scripted(clock, script))], { cases: 3 }, { warned }));
  return { texts, subjects };
}

it("waits of any length are one subject, however they are worded, and each header is one", async () => {
  let n = 0;
  const busy = (more: object): ReturnType<Script> => ({
    ms: 1,
    failed: failure("overloaded", "busy", { retry_after_ms: 700_000 + n++, ...more }),
  });
  expect((await warnedOf(() => busy({}))).subjects.size).toBe(1);
  expect((await warnedOf(() => busy({ wait_stated: `retry-after: ${800 + n}` }))).subjects.size).toBe(1);
});

it("a wait is no subject where nothing would be retried", async () => {
  const refused = failure("auth", "no", { retry_after_ms: 86_400_000 });
  expect((await warnedOf(() => ({ ms: 1, failed: refused }))).texts).toEqual([]);
});

it("a failed attempt's usage may contradict itself as well; a stated cost settles it", async () => {
  const usage: Usage = {
    prompt_tokens: 10,
    completion_tokens: 4,
    total_tokens: 14,
    reasoning_tokens: null,
    cached_tokens: 64,
    cache_write_tokens: null,
  };
  const failed = failure("stream_error", "broke");
  const { texts, subjects } = await warnedOf(() => ({ ms: 1, failed, usage }));
  expect(texts[0]).toMatch(/contradicts itself \(64 cached tokens in a prompt of 10\)/);
  expect([...subjects]).toEqual(["usage"]);
  expect((await warnedOf(() => ({ ms: 1, usage: { ...usage, stated_cost_usd: 1 } }))).texts).toEqual([]);
});
