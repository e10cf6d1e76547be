type Branch = Readonly<Record<string, unknown>>;

/** `over` laid on `under`: objects key by key, anything else replaced whole; keys are own properties in every case. */
export function merged(under: unknown, over: unknown): unknown {
  if (over === undefined) return under;
  if (!isBranch(under) || !isBranch(over)) return over;
  const keys = new Set([...Object.keys(under), ...Object.keys(over)]);
  return Object.fromEntries([...keys].map((key) => [key, merged(own(under, key), own(over, key))]));
}

/** Whether a value is a plain nest of keys. */
export function isBranch(value: unknown): value is Branch {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function own(branch: Branch, key: string): unknown {
  return Object.hasOwn(branch, key) ? branch[key] : undefined;
}
