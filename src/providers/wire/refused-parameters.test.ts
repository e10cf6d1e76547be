import { expect, it } from "vitest";
import type { ModelRequest } from "../../core/request.ts";
import { refusedIn } from "./refused-parameters.ts";

const ALL: ModelRequest = {
  model: "m",
  prompt: "Hi",
  stream: true,
  temperature: 0,
  top_p: 0.9,
  stop: ["\n"],
  seed: 1,
  reasoning_effort: "high",
  max_tokens: 5,
};

// What servers really say.
it.each([
  ["temperature", "Unsupported parameter: 'temperature' is not supported with this model."],
  [
    "temperature",
    "Unsupported value: 'temperature' does not support 0.1 with this model. Only the default (1) value is supported.",
  ],
  ["temperature", "deepseek-reasoner does not support the parameter `temperature`"],
  ["temperature", "temperature is not supported when thinking is enabled"],
  ["temperature", "`temperature` may only be set to 1 when thinking is enabled."],
  ["temperature", "The model returned the following errors: `temperature` is deprecated for this model."],
  [
    "temperature",
    "litellm.UnsupportedParamsError: openai does not support parameters: ['temperature'], for model=gpt-5.",
  ],
  ["temperature,top_p", "Thinking isn't compatible: temperature, top_p not supported"],
  ["top_p", "`temperature` and `top_p` cannot both be specified for this model. Please use only one."],
  ["top_p", "`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled."],
  ["top_p", "Invalid JSON payload received. Unknown name \"topP\" at 'generation_config': Cannot find field."],
  ["stop", "Argument not supported on this model: stop"],
  ["stop", "Unknown name \"stopSequences\" at 'generation_config': Cannot find field."],
  ["seed", '{"detail":[{"type":"extra_forbidden","loc":["body","seed"],"msg":"Extra inputs are not permitted"}]}'],
  ["seed", "property 'seed' is unsupported"],
  ["seed", "Unrecognized request argument supplied: seed"],
  ["reasoning_effort", "Model grok-4-latest does not support parameter reasoningEffort."],
  ["reasoning_effort", "`reasoning_effort` is not supported with this model"],
  ["reasoning_effort", "Unsupported parameter: 'reasoning.effort' is not supported with this model."],
  ["reasoning_effort", "This model does not support the effort parameter."],
  ["reasoning_effort", "Thinking level is not supported for this model."],
  ["reasoning_effort", "Unable to submit request because thinking_level is not supported by this model."],
  ["reasoning_effort", "registry.ollama.ai/library/gemma3n:e4b does not support thinking"],
])("%s is what is refused by: %s", (names, message) => {
  expect(refusedIn(message, ALL).join()).toBe(names);
});

it.each([
  "temperature must be between 0 and 1.0 inclusive.",
  "Unsupported value: 'reasoning_effort' does not support 'minimal' with this model. Supported values are: 'low' and 'high'.",
  "reasoning_effort must be one of `none` or `default`",
  "Thinking level MEDIUM is not supported for this model.",
  "stop is too long",
  "registry.ollama.ai/library/gemma3:latest does not support tools",
  "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
])("nothing may be left out for: %s", (message) => {
  expect(refusedIn(message, ALL)).toEqual([]);
});

it("only what was asked for can be left out", () => {
  expect(refusedIn("'temperature' is not supported", { model: "m", prompt: "Hi", stream: true })).toEqual([]);
});
