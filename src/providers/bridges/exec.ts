import { spawn } from "node:child_process";
import { kill } from "node:process";
import type { ModelRequest } from "../../core/request.ts";
import { LIMITS, tooLong } from "../http/limits.ts";
import { localLimitIn } from "../http/local-limit.ts";
import { ProviderError, type Generated, type GenerateContext } from "../custom.ts";

const TAIL_CHARACTERS = 500;

/** Where and with what a command is run. */
export interface ExecOptions {
  readonly command: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Asks a shell command: the prompt on its standard input, the answer on its standard output. An exit code other than 0
 * is a failure with the end of its standard error. An abort ends the command with everything that it started,
 * and so does an answer without end.
 */
export function execGenerate({ command, cwd, env }: ExecOptions) {
  return (request: ModelRequest, { signal, onText }: GenerateContext): Promise<Generated> =>
    new Promise((resolve, reject) => {
      // A group of its own, so that an abort reaches what the shell started.
      const child = spawn(command, { cwd, shell: true, detached: true, env: { ...env, ...requestVariables(request) } });
      child.on("error", (error) =>
        reject(
          localLimitIn(error) === null ? new ProviderError("server_error", `cannot start: ${error.message}`) : error,
        ),
      );
      // Without a descriptor for its pipes it has none; the error comes in the next tick.
      if (!hasPipes(child)) return;
      let content = "";
      let tail = "";
      const onAbort = (): void => {
        if (child.pid !== undefined) endGroup(child.pid);
      };
      signal.addEventListener("abort", onAbort, { once: true });
      let bytes = 0;
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        if (bytes > LIMITS.wholeBodyBytes) return;
        bytes += Buffer.byteLength(text);
        if (bytes > LIMITS.wholeBodyBytes) {
          onAbort();
          const { message } = tooLong("what the command writes", LIMITS.wholeBodyBytes);
          return reject(new ProviderError("response_too_large", message));
        }
        content += text;
        onText(text);
      });
      child.stderr.setEncoding("utf8").on("data", (text: string) => (tail = (tail + text).slice(-TAIL_CHARACTERS)));
      // A command need not read its prompt.
      child.stdin.on("error", () => {});
      child.on("close", (code, by) => {
        signal.removeEventListener("abort", onAbort);
        if (code === 0) return resolve({ content });
        const how = code === null ? `was ended by ${by ?? "a signal"}` : `ended with exit code ${code}`;
        reject(new ProviderError("server_error", `the command ${how}: ${tail.trim() || "nothing on stderr"}`));
      });
      child.stdin.end(request.prompt);
    });
}

/** What is asked for, each scalar in a variable of its own and all of it as JSON; the prompt comes on standard input. */
function requestVariables({ prompt: _prompt, ...request }: ModelRequest): Record<string, string> {
  const scalars = Object.entries(request).flatMap(([name, value]): [string, string][] =>
    typeof value === "string" || typeof value === "number" || typeof value === "boolean"
      ? [[`LLM_TEST_BENCH_${name.toUpperCase()}`, String(value)]]
      : [],
  );
  return {
    LLM_TEST_BENCH_REQUEST: JSON.stringify(request),
    ...Object.fromEntries(scalars),
  };
}

/** Node's types promise the pipes, and leave them out where no descriptor was left to open them. */
function hasPipes(child: { readonly stdout?: unknown }): boolean {
  return child.stdout !== undefined && child.stdout !== null;
}

function endGroup(pid: number): void {
  try {
    kill(-pid, "SIGKILL");
  } catch {
    // It ended by itself in the meantime.
  }
}
