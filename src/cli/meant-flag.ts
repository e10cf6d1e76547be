/** Flags of other tools, with those of ours that do the same. */
const MEANT: Readonly<Record<string, string>> = {
  "--vus": "--concurrency",
  "--connections": "--concurrency",
  "--max-concurrency": "--concurrency",
  "--max-connections": "--concurrency",
  "--parallel": "--concurrency",
  "--threads": "--concurrency",
  "--workers": "--concurrency",
  "-u": "--concurrency",
  "--iterations": "--max-requests",
  "-i": "--max-requests",
  "-n": "--max-requests",
  "--num-prompts": "--max-requests",
  "--num-requests": "--max-requests",
  "--requests": "--max-requests",
  "--qps": "--rate",
  "--rps": "--rate",
  "--request-rate": "--rate",
  "--stage": "--ramp",
  "--stages": "--ramp",
  "--filter-first-n": "--limit",
  "--epochs": "--repeat",
  "--runs": "--repeat",
  "--min-runs": "--repeat",
  "-r": "--repeat",
  "-w": "--warmup",
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
  "--export-json": "--export",
  "--export-csv": "--export",
  "--export-markdown": "--export",
  "--summary-export": "--export",
  "--threshold": "--fail-on",
  "--thresholds": "--fail-on",
};

/** What a second word after a command was probably meant as. */
const EXTRA_WORDS: Readonly<Record<string, string>> = {
  test: "(The prompt follows --prompt: --prompt 'Say hello')",
  bench: "(A run sends one dataset, which may be a folder)",
  providers: "(Targets are tried by: providers --check)",
};

const EXTRA = /^error: too many arguments for '([\w-]+)'/;

const UNKNOWN = /^error: unknown option '(--?[\w-]+)(?:=[^']*)?'\n$/;

/**
 * An error of the parser, with the flag that was meant where it only says that one is unknown, or that there is a word too
 * many; `known` is whether the command has a flag. Near misses are the parser's own.
 */
export function withMeantFlag(error: string, known: (flag: string) => boolean): string {
  const extra = EXTRA.exec(error)?.[1] ?? "";
  if (Object.hasOwn(EXTRA_WORDS, extra)) return `${error}${EXTRA_WORDS[extra]}\n`;
  const flag = UNKNOWN.exec(error)?.[1] ?? "";
  const meant = Object.hasOwn(MEANT, flag) ? MEANT[flag] : undefined;
  return meant === undefined || !known(meant) ? error : `${error}(Did you mean ${meant}?)\n`;
}
