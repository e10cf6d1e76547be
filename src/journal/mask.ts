import type { TestResult } from "../core/result.ts";
import type { Manifest, Origin, Plan } from "../core/run.ts";
import { maskCut, type Mask } from "../core/secrets.ts";

/*
 * Values are masked, not finished JSON text, and never what a record is found by (target, test_id) or our own words
 * (status, code): a key such as "success" or "ollama" would otherwise damage the journal or break its identities.
 */

/** The same value with every text in it masked, keys of objects included. */
export function maskTexts<T>(value: T, mask: Mask): T {
  // Nearly always there is nothing to mask, and looking is five times cheaper than copying.
  return isClean(value, mask) ? value : (maskedValue(value, mask) as T);
}

/** A result with secrets taken out of everything that came from outside. */
export function maskResult(result: TestResult, mask: Mask): TestResult {
  const { response, error, request_id, system_fingerprint } = result;
  const message = error?.message ?? null;
  // Nearly always clean, and then the record is not copied.
  if (isClean([response, message, request_id, system_fingerprint], mask)) return result;
  return {
    ...result,
    response: maskTexts(response, mask),
    error: error === null ? null : { ...error, message: mask(error.message) },
    request_id: maskTexts(request_id, mask),
    system_fingerprint: maskTexts(system_fingerprint, mask),
  };
}

const NOT_KEPT = "[secret]: this body is not kept, since a secret is spread over its events";

/**
 * A body as it is stored. A stream may cut a secret in two, which no search of its bytes finds; where its answer holds
 * one, or there is none to look at, the texts of its events are put together and looked at as well.
 */
export function maskRaw(raw: string, { response }: Pick<TestResult, "response">, mask: Mask, isCut = false): string {
  const masked = isCut ? maskCut(raw, mask) : mask(raw);
  const suspicious = response === null || maskTexts(response, mask) !== response;
  return suspicious && textsOf(masked).some((text) => mask(text) !== text) ? NOT_KEPT : masked;
}

/** The texts of the members of one name, one after the other, for each name. */
function textsOf(raw: string): string[] {
  const byName = new Map<string, string>();
  for (const [, name = "", text = ""] of raw.matchAll(/"(\w+)"\s*:\s*"((?:[^"\\]|\\.)*)"/gs)) {
    byName.set(name, (byName.get(name) ?? "") + text);
  }
  return [...byName.values()];
}

/** A plan as it is stored; also what a wanted plan must be turned into before it is compared with a stored one. */
export function maskPlan(plan: Plan, mask: Mask): Plan {
  return {
    ...plan,
    ...(plan.dataset_reading === undefined ? {} : { dataset_reading: maskTexts(plan.dataset_reading, mask) }),
    parameters: maskTexts(plan.parameters, mask),
    targets: plan.targets.map((target) => ({
      ...target,
      base_url: maskTexts(target.base_url, mask),
      parameters: maskTexts(target.parameters, mask),
    })),
  };
}

/** A manifest as it is stored. */
export function maskManifest(manifest: Manifest, mask: Mask): Manifest {
  const dataset = { ...manifest.dataset, source: mask(manifest.dataset.source) };
  const origin = manifest.origin === undefined ? {} : { origin: maskOrigin(manifest.origin, mask) };
  return { ...manifest, dataset, ...origin, plan: maskPlan(manifest.plan, mask) };
}

function maskOrigin(origin: Origin, mask: Mask): Origin {
  const { working_directory, dataset_path, config_path } = origin;
  return {
    ...origin,
    working_directory: mask(working_directory),
    dataset_path: mask(dataset_path),
    config_path: config_path === null ? null : mask(config_path),
  };
}

function isClean(value: unknown, mask: Mask): boolean {
  if (typeof value === "string") return mask(value) === value;
  if (typeof value !== "object" || value === null) return true;
  if (Array.isArray(value)) return value.every((item) => isClean(item, mask));
  return Object.keys(value).every((key) => isClean(key, mask) && isClean(Reflect.get(value, key), mask));
}

function maskedValue(value: unknown, mask: Mask): unknown {
  if (typeof value === "string") return mask(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => maskedValue(item, mask));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [mask(key), maskedValue(item, mask)]));
}
