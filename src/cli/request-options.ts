import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { InvalidArgumentError, type Command } from "commander";
import { BenchError, messageOf } from "../core/errors.ts";
import type { RequestParameters } from "../core/request.ts";
import { number, wholeNumber } from "./option-values.ts";

/** The flags about what a request asks for, as commander gives them. */
export interface RequestFlags {
  system?: string;
  temperature?: number;
  topP?: number;
  maxTokens?: number;
  stop?: string[];
  requestSeed?: number;
  responseFormat?: string;
  tools?: string;
  toolChoice?: string;
  reasoningEffort?: string;
  extraBody?: Record<string, unknown>;
  header?: string[];
}

/** Adds them to a command. */
export function addRequestOptions(command: Command): Command {
  return command
    .option("--system <text>", "system prompt")
    .option("--temperature <t>", "sampling temperature, 0 to 2", number(0, 2))
    .option("--top-p <p>", "nucleus sampling, 0 to 1", number(0, 1))
    .option("--max-tokens <n>", "limit of the answer's length", wholeNumber(1))
    .option("--stop <text>", "end the answer before this text; repeatable", collected)
    .option("--request-seed <n>", "seed of the sampling, where the API has one", wholeNumber(0))
    .option("--response-format <format>", "json, or a file that holds a JSON Schema")
    .option("--tools <file>", "JSON list of tools that may be called: name, description, parameters")
    .option("--tool-choice <choice>", "auto, none, required, or the name of the tool that must be called")
    .option("--reasoning-effort <word>", "how long a reasoning model thinks: low, medium, high, …")
    .option("--extra-body <json>", "members of the request's body, laid over it as they are", jsonObject)
    .option("--header <name: value>", "header of each request, not for keys; repeatable", collected);
}

/** What the flags ask for; files are read from the folder. Throws `BenchError("usage")` for what is none. */
export async function parametersOf(flags: RequestFlags, cwd: string): Promise<RequestParameters> {
  const { responseFormat, tools } = flags;
  const asked = {
    system: flags.system,
    temperature: flags.temperature,
    top_p: flags.topP,
    max_tokens: flags.maxTokens,
    stop: flags.stop,
    seed: flags.requestSeed,
    response_format:
      responseFormat === undefined || responseFormat === "json"
        ? responseFormat
        : { schema: jsonIn(responseFormat, "--response-format", cwd) },
    tools: tools === undefined ? undefined : jsonIn(tools, "--tools", cwd),
    tool_choice: flags.toolChoice === undefined ? undefined : toolChoiceOf(flags.toolChoice),
    reasoning_effort: flags.reasoningEffort,
    extra_body: flags.extraBody,
    headers: flags.header === undefined ? undefined : headersIn(flags.header),
  };
  const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
  const { requestParametersSchema } = await import("../core/request.ts");
  const checked = requestParametersSchema.safeParse(given);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  const [name = "", ...inner] = issue?.path ?? [];
  const flag = `--${(FLAG_OF[String(name)] ?? String(name)).replaceAll("_", "-")}`;
  const where = inner.length === 0 ? "" : ` at ${inner.map(String).join(".")}`;
  throw new BenchError("usage", `${flag} is not what it should be${where}: ${issue?.message ?? ""}`, {
    hint: "docs/configuration.md says what request options look like.",
  });
}

/** Flags that are not called what the parameter is. */
const FLAG_OF: Readonly<Record<string, string>> = { seed: "request-seed", headers: "header" };

const toolChoiceOf = (text: string): string | { readonly name: string } =>
  ["auto", "none", "required"].includes(text) ? text : { name: text };

function headersIn(lines: readonly string[]): Record<string, string> {
  const entries = lines.map((line): [string, string] => {
    const [, name, value = ""] = /^\s*([^:\s]+)\s*:\s*(.*?)\s*$/s.exec(line) ?? [];
    if (name !== undefined) return [name, value];
    // The text is not repeated: who misses the form may have written a key.
    throw new BenchError("usage", "--header is no name and value", { hint: 'Write it as --header "X-Trace: on".' });
  });
  return Object.fromEntries(entries);
}

const collected = (text: string, before: string[] | undefined): string[] => [...(before ?? []), text];

function jsonObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Told below, as a value of another kind is.
  }
  throw new InvalidArgumentError(`Expected a JSON object such as '{"top_k": 40}'.`);
}

function jsonIn(file: string, flag: string, cwd: string): unknown {
  try {
    return JSON.parse(readFileSync(resolve(cwd, file), "utf8"));
  } catch (cause) {
    throw new BenchError("usage", `${flag} names ${file}, which cannot be read as JSON: ${messageOf(cause)}`, {
      hint: flag === "--tools" ? "Name a file that holds a JSON list." : "Say json, or name a file with a JSON Schema.",
      cause,
    });
  }
}
