import type { ModelRequest, RequestParameters } from "../../core/request.ts";
import type { ToolCall, Usage } from "../../core/response.ts";
import { ProviderError, type Generated, type GenerateContext } from "../custom.ts";
import { clientFailure } from "./client-failure.ts";
import { countAt, fieldsAt, isFields, listAt, textAt, parseJson, type Fields } from "../wire/fields.ts";
import { LIMITS, tooLong } from "../http/limits.ts";
import { retryAfter } from "../http/rate-limit-headers.ts";
import { tidyMessage } from "../wire/failures.ts";
import { gaveUpBy } from "../wire/finish-reasons.ts";
import { readRefusal } from "../wire/refusal.ts";
import { statedErrorIn, statedErrorOf } from "../wire/stated-error.ts";
import { toolCall } from "../wire/tool-calls.ts";

/**
 * A language model of the AI SDK (specification v2 or v3), as far as it is used here. Stated structurally, so that any
 * version of the packages fits and none is installed with this one.
 */
export interface AiSdkModel {
  readonly specificationVersion: string;
  readonly provider: string;
  readonly modelId: string;
  // Methods, since each version of the specification has types of its own for what comes and goes.
  doGenerate(options: never): PromiseLike<unknown>;
  doStream(options: never): PromiseLike<unknown>;
}

/** Whether a value is such a model. */
export function isAiSdkModel(value: unknown): value is AiSdkModel {
  return isFields(value) && typeof value["doStream"] === "function" && typeof value["doGenerate"] === "function";
}

/** What of a request the SDK has no option for. */
export const aiSdkLeftOut = (request: ModelRequest): (keyof RequestParameters)[] =>
  (["reasoning_effort", "extra_body"] as const).filter((name) => request[name] !== undefined);

/** Asks a model of the AI SDK. Times are taken around its client. */
export function aiSdkGenerate(model: AiSdkModel) {
  return async (request: ModelRequest, context: GenerateContext): Promise<Generated> => {
    const options = callOptions(request, context.signal) as never;
    try {
      if (!request.stream) return answerOf(await model.doGenerate(options), context);
      return await streamed(await model.doStream(options), context);
    } catch (error) {
      throw failureOf(error, request.stream);
    }
  };
}

function callOptions(request: ModelRequest, abortSignal: AbortSignal): object {
  const { response_format: format, tools, tool_choice: choice } = request;
  const options = {
    temperature: request.temperature,
    topP: request.top_p,
    maxOutputTokens: request.max_tokens,
    stopSequences: request.stop,
    seed: request.seed,
    responseFormat:
      format === undefined
        ? undefined
        : { type: "json", ...(format === "json" ? {} : { schema: format.schema, name: format.name }) },
    tools: tools?.map(({ name, description, parameters = { type: "object" } }) => ({
      type: "function",
      name,
      description,
      inputSchema: parameters,
    })),
    toolChoice:
      choice === undefined
        ? undefined
        : typeof choice === "string"
          ? { type: choice }
          : { type: "tool", toolName: choice.name },
    headers: request.headers,
  };
  const asked = Object.entries(options).filter(([, value]) => value !== undefined);
  const system = request.system === undefined ? [] : [{ role: "system", content: request.system }];
  return {
    ...Object.fromEntries(asked),
    prompt: [...system, { role: "user", content: [{ type: "text", text: request.prompt }] }],
    abortSignal,
  };
}

/** A plain answer: its parts in the order in which they came. */
function answerOf(result: unknown, { onWarning }: GenerateContext): Generated {
  if (!isFields(result)) throw new ProviderError("stream_malformed", "the model's client returned no object");
  for (const warning of listAt(result, "warnings")) onWarning(warningText(warning));
  const parts = listAt(result, "content");
  const texts = (type: string): string =>
    parts
      .filter((part) => part["type"] === type)
      .map((part) => textAt(part, "text") ?? "")
      .join("");
  const calls = parts.filter((part) => part["type"] === "tool-call" && isForCaller(part)).map(callOf);
  const response = fieldsAt(result, "response");
  return generated(texts("text"), texts("reasoning"), calls, result, { ...response, simulated: isSimulated(response) });
}

async function streamed(result: unknown, { onText, onReasoning, onWarning }: GenerateContext): Promise<Generated> {
  const stream = isFields(result) ? result["stream"] : null;
  if (!(stream instanceof ReadableStream)) {
    throw new ProviderError("stream_malformed", "the model's client returned no stream");
  }
  let content = "";
  let reasoning = "";
  const calls: ToolCall[] = [];
  let finish: Fields | null = null;
  let about: Fields = {};
  for await (const part of stream as ReadableStream<unknown> & AsyncIterable<unknown>) {
    if (!isFields(part)) continue;
    const delta = textAt(part, "delta") ?? "";
    if (content.length + reasoning.length + delta.length > LIMITS.answerBytes) {
      throw new ProviderError("response_too_large", tooLong("the answer", LIMITS.answerBytes).message);
    }
    switch (part["type"]) {
      case "stream-start":
        for (const warning of listAt(part, "warnings")) onWarning(warningText(warning));
        break;
      case "text-delta":
        content += delta;
        onText(delta);
        break;
      case "reasoning-delta":
        reasoning += delta;
        onReasoning(delta);
        break;
      case "tool-call":
        if (isForCaller(part)) calls.push(callOf(part));
        break;
      case "response-metadata":
        about = part;
        break;
      case "finish":
        finish = part;
        break;
      case "error":
        throw streamError(part["error"]);
      default:
    }
  }
  if (finish === null) throw new ProviderError("stream_cut", "the stream ended without its finish");
  const simulated = isSimulated(fieldsAt(isFields(result) ? result : {}, "response"));
  return generated(content, reasoning, calls, finish, { ...about, simulated });
}

/** Whether the headers of a response say that a simulator made it. */
const isSimulated = (response: Fields): boolean => textAt(fieldsAt(response, "headers"), "x-simulated") === "true";

function generated(content: string, reasoning: string, calls: ToolCall[], end: Fields, about: Fields): Generated {
  const usage = usageIn(end["usage"]);
  const stated = fieldsAt(end, "finishReason");
  const raw = textAt(stated, "raw");
  // The SDK's own word for an answer that the server gave up is `other`, as for much else.
  const finish = textAt(end, "finishReason") ?? (gaveUpBy(raw) === null ? textAt(stated, "unified") : raw);
  const model = textAt(about, "modelId");
  return {
    content,
    ...(reasoning === "" ? {} : { reasoning }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
    ...(usage === null ? {} : { usage }),
    ...(finish === null ? {} : { finish_reason: finish }),
    ...(model === null ? {} : { model }),
    ...(about["simulated"] === true ? { simulated: true } : {}),
  };
}

/** What a warning is about: version 2 names a `setting` or a `tool`, version 3 a `feature`. */
function warnedOf(warning: Fields): string | null {
  const tool = fieldsAt(warning, "tool");
  return textAt(warning, "setting") ?? textAt(warning, "feature") ?? textAt(tool, "name") ?? textAt(tool, "id");
}

function warningText(warning: Fields): string {
  const what = warnedOf(warning);
  const details = textAt(warning, "details") ?? textAt(warning, "message");
  if (what === null) return details ?? JSON.stringify(warning);
  const judged = textAt(warning, "type")?.startsWith("unsupported") === true ? `${what} is not supported` : what;
  return details === null ? judged : `${judged}: ${details}`;
}

/** What a provider runs itself is no call of the model's to us. */
const isForCaller = (part: Fields): boolean => part["providerExecuted"] !== true;

const callOf = (part: Fields): ToolCall =>
  toolCall(textAt(part, "toolCallId"), { name: textAt(part, "toolName"), arguments: part["input"] });

/** Version 2 states plain counts, version 3 totals with their parts. */
function usageIn(usage: unknown): Partial<Usage> | null {
  if (!isFields(usage)) return null;
  const [input, output] = [fieldsAt(usage, "inputTokens"), fieldsAt(usage, "outputTokens")];
  const counts = {
    prompt_tokens: countAt(usage, "inputTokens") ?? countAt(input, "total"),
    completion_tokens: countAt(usage, "outputTokens") ?? countAt(output, "total"),
    total_tokens: countAt(usage, "totalTokens"),
    reasoning_tokens: countAt(usage, "reasoningTokens") ?? countAt(output, "reasoning"),
    cached_tokens: countAt(usage, "cachedInputTokens") ?? countAt(input, "cacheRead"),
    cache_write_tokens: countAt(input, "cacheWrite"),
  };
  return Object.values(counts).every((count) => count === null) ? null : counts;
}

const messageIn = (error: unknown): string =>
  error instanceof Error ? error.message : (textAt(isFields(error) ? error : {}, "message") ?? JSON.stringify(error));

/**
 * An error in the stream, with the code that it states. A package that misses the end of a stream tells of it as an error
 * too; one of HTTP holds the server's body as `data`.
 */
function streamError(error: unknown): ProviderError {
  const message = messageIn(error);
  if (/ended without a finish/i.test(message)) return new ProviderError("stream_cut", tidyMessage(message));
  const fields: Fields = isFields(error)
    ? Object.fromEntries([...Object.entries(error), ["message", message]])
    : { message };
  const body = statedErrorIn(fields["data"], false);
  const stated = body === null || body.code === "stream_error" ? statedErrorOf(fields) : body;
  return new ProviderError(stated?.code ?? "stream_error", tidyMessage(message), {
    retryAfterMs: stated?.retryAfterMs ?? null,
  });
}

/** The SDK's errors of HTTP carry the status, also those of a 200 that could not be read. */
function failureOf(error: unknown, streaming: boolean): unknown {
  if (error instanceof ProviderError || !(error instanceof Error)) return error;
  const httpStatus = countAt(error as unknown as Fields, "statusCode");
  if (httpStatus === null) return error;
  const message = tidyMessage(error.message);
  if (httpStatus >= 400) {
    const headers = fieldsAt(error as unknown as Fields, "responseHeaders");
    const header = (name: string): string | null => textAt(headers, name);
    const wait = retryAfter(header, () => header("date") ?? "");
    const body = textAt(error as unknown as Fields, "responseBody") ?? "";
    const refusal = readRefusal(httpStatus, parseJson(body) ?? { message }, message);
    const more = { httpStatus, retryAfterMs: wait?.ms ?? refusal.retryAfterMs ?? null };
    return new ProviderError(
      refusal.code,
      refusal.message,
      wait === null ? more : { ...more, waitStated: wait.stated },
    );
  }
  const broken = clientFailure(error);
  if (broken === null) return new ProviderError("stream_malformed", message, { httpStatus });
  return new ProviderError(streaming ? "stream_cut" : broken.code, broken.message, { httpStatus });
}
