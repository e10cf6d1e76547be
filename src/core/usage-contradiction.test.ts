import { expect, it } from "vitest";
import type { Usage } from "./response.ts";
import { contradictionIn } from "./usage-contradiction.ts";

const usage: Usage = {
  prompt_tokens: 10,
  completion_tokens: 4,
  total_tokens: 14,
  reasoning_tokens: null,
  cached_tokens: null,
  cache_write_tokens: null,
};

it.each([
  [{ cached_tokens: 64 }, "64 cached tokens in a prompt of 10"],
  [{ cache_write_tokens: 11 }, "11 cached tokens in a prompt of 10"],
  [{ cached_tokens: 6, cache_write_tokens: 5 }, "11 cached tokens in a prompt of 10"],
  [{ reasoning_tokens: 900 }, "900 reasoning tokens in a completion of 4"],
  [{ modality_tokens: { prompt_audio: 6, prompt_image: 5 } }, "11 prompt tokens that are not text, of 10"],
  [{ modality_tokens: { completion_audio: 5 } }, "5 completion tokens that are not text, of 4"],
  [{ cached_tokens: 2, modality_tokens: { cached_audio: 3 } }, "3 cached tokens that are not text, of 2"],
  [
    { reasoning_tokens: 2, modality_tokens: { completion_audio: 3 } },
    "5 reasoning tokens and completion tokens that are not text, of 4",
  ],
  [{ modality_tokens: { cached_audio: 3 } }, "3 cached tokens that are not text, of 0"],
  [{ total_tokens: 13 }, "14 prompt and completion tokens in a total of 13"],
  [{ completion_tokens: null, total_tokens: 9 }, "10 prompt and completion tokens in a total of 9"],
])("%j contradicts itself", (counts, how) => {
  expect(contradictionIn({ ...usage, ...counts })).toBe(how);
});

it.each([
  [{}],
  [{ cached_tokens: 6, cache_write_tokens: 4, reasoning_tokens: 4 }],
  [{ prompt_tokens: null, total_tokens: null, cached_tokens: 64 }],
  [{ completion_tokens: null, total_tokens: 10, reasoning_tokens: 900 }],
  [{ modality_tokens: { prompt_audio: 6, prompt_image: 4, completion_audio: 4 } }],
  [{ total_tokens: 20 }],
])("%j does not", (counts) => {
  expect(contradictionIn({ ...usage, ...counts })).toBeNull();
});

it("no usage does not", () => expect(contradictionIn(null)).toBeNull());
