/** Flags of other tools, with those of ours that do the same. */
const MEANT: Readonly<Record<string, string>> = {
  "--vus": "--concurrency",
  "--connections": "--concurrency",
  "--max-concurrency": "--concurrency",
  "--max-connections": "--concurrency",
  "--parallel": "--concurrency",
  "--threads": "--concurrency",
  "--workers": "--concurrency",
  "--iterations": "--max-requests",
  "--num-prompts": "--max-requests",
  "--num-requests": "--max-requests",
  "--requests": "--max-requests",
  "--qps": "--rate",
  "--rps": "--rate",
  "--request-rate": "--rate",
  "--epochs": "--repeat",
  "--repetitions": "--repeat",
  "--samples": "--repeat",
  "--backend": "--providers",
  "--endpoint": "--providers",
  "--models": "--providers",
  "--target": "--providers",
  "--targets": "--providers",
  "--data": "--dataset",
  "--dataset-path": "--dataset",
  "--file": "--dataset",
  "--tests": "--dataset",
  "--out": "--output",
  "--output-dir": "--output",
  "--threshold": "--fail-on",
  "--thresholds": "--fail-on",
};

const UNKNOWN = /^error: unknown option '(--?[\w-]+)(?:=[^']*)?'\n$/;

/**
 * An error of the parser, with the flag that was meant where it only says that one is unknown; `known` is whether the
 * command has a flag. Near misses are the parser's own.
 */
export function withMeantFlag(error: string, known: (flag: string) => boolean): string {
  const flag = UNKNOWN.exec(error)?.[1] ?? "";
  const meant = Object.hasOwn(MEANT, flag) ? MEANT[flag] : undefined;
  return meant === undefined || !known(meant) ? error : `${error}(Did you mean ${meant}?)\n`;
}
