import { literalTemplate } from "../template.ts";
import { defined, fieldAt, isFields, listOf, textAt, textOf, textsOf, type Fields } from "./fields.ts";
import { notShaped, type NotShaped, type RecordShape } from "./shape.ts";
import { promptOrMessages, turnsOf } from "./turns.ts";

/** What belongs to a run or to its target, not to a case. */
const OF_THE_RUN = ["model", "stream", "stream_options", "store", "service_tier"];
const LENGTHS = ["max_completion_tokens", "max_output_tokens", "max_tokens"];
const AS_THEY_ARE = ["temperature", "top_p", "seed", "reasoning_effort"];
const ASKED = ["messages", "input", "prompt", "instructions"];
const IN_OUR_FORM = ["stop", "tools", "tool_choice", "response_format"];

/** https://platform.openai.com/docs/guides/batch: `custom_id` and the `body` of a request, whose options are kept. */
export const openaiBatch: RecordShape = {
  name: "openai-batch",
  inWords: "OpenAI batch requests: custom_id/body, without their model",
  recognises: (record) => textAt(record, "custom_id") !== null && isFields(fieldAt(record, "body")),
  toCase(record) {
    const body = fieldAt(record, "body");
    if (!isFields(body)) return notShaped(["body"], "expected the body of a request");
    const asked = askedBy(body);
    if (!asked.ok) return asked;
    const instructions = textAt(body, "instructions");
    const config = configOf(body);
    return {
      ok: true,
      value: {
        ...defined({ id: textAt(record, "custom_id") ?? undefined }),
        ...(instructions === null ? {} : { system: literalTemplate(instructions) }),
        ...asked.fields,
        ...(Object.keys(config).length === 0 ? {} : { config }),
      },
      from: { id: ["custom_id"], system: ["body"], prompt: ["body"], messages: ["body"], config: ["body"] },
    };
  },
};

function askedBy(body: Fields): { ok: true; fields: Fields } | NotShaped {
  const key = ["messages", "input", "prompt"].find((one) => fieldAt(body, one) !== undefined);
  if (key === undefined) return notShaped(["body"], "this request has no messages, input or prompt");
  const given = fieldAt(body, key);
  const text = textOf(given);
  if (text !== null) return { ok: true, fields: { prompt: literalTemplate(text) } };
  const read = turnsOf(listOf(given) ?? [], key);
  if (read.ok) return { ok: true, fields: promptOrMessages(read.turns) };
  return { ...read, path: ["body", ...read.path] };
}

/** The options of a request as ours; those that only an OpenAI server knows are laid over the body as they are. */
function configOf(body: Fields): Fields {
  const stop = fieldAt(body, "stop");
  const known = new Set([...OF_THE_RUN, ...LENGTHS, ...AS_THEY_ARE, ...ASKED, ...IN_OUR_FORM]);
  const others = Object.entries(body).filter(([key, value]) => !known.has(key) && value !== null);
  return defined({
    ...Object.fromEntries(AS_THEY_ARE.map((key) => [key, fieldAt(body, key)])),
    max_tokens: LENGTHS.map((key) => fieldAt(body, key)).find((value) => value !== undefined),
    stop: stop === undefined ? undefined : (textsOf(stop) ?? stop),
    tools: listOf(fieldAt(body, "tools"))?.map(toolOf),
    tool_choice: toolChoiceOf(fieldAt(body, "tool_choice")),
    response_format: formatOf(fieldAt(body, "response_format")),
    extra_body: others.length === 0 ? undefined : Object.fromEntries(others),
  });
}

function toolOf(tool: unknown): unknown {
  const described = isFields(tool) && isFields(fieldAt(tool, "function")) ? fieldAt(tool, "function") : tool;
  if (!isFields(described)) return tool;
  const [name, description, parameters] = ["name", "description", "parameters"].map((key) => fieldAt(described, key));
  return defined({ name, description, parameters });
}

function toolChoiceOf(choice: unknown): unknown {
  if (!isFields(choice)) return choice;
  const named = fieldAt(choice, "function");
  return { name: fieldAt(isFields(named) ? named : choice, "name") };
}

function formatOf(format: unknown): unknown {
  if (!isFields(format)) return format;
  if (textAt(format, "type") === "json_object") return "json";
  if (textAt(format, "type") === "text") return undefined;
  const described = fieldAt(format, "json_schema");
  if (!isFields(described)) return format;
  const [schema, name, strict] = ["schema", "name", "strict"].map((key) => fieldAt(described, key));
  return defined({ schema, name, strict });
}
