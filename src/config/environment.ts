/** Environment variables, as the process has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable's text without surrounding white space; null when it is unset or blank. */
export function setVariable(env: Environment, name: string): string | null {
  const text = env[name]?.trim() ?? "";
  return text === "" ? null : text;
}
