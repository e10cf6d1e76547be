import { distance } from "fastest-levenshtein";

/** The candidate that `name` was probably meant to be, or null when none is close. */
export function nearMiss(name: string, candidates: Iterable<string>): string | null {
  let best: string | null = null;
  // A third of the name may be wrong; two edits, since a swap of neighbours counts as two.
  let bestDistance = (name.length < 4 ? 1 : Math.max(2, Math.floor(name.length / 3))) + 1;
  for (const candidate of candidates) {
    const far = distance(name.toLowerCase(), candidate.toLowerCase());
    if (far < bestDistance) [best, bestDistance] = [candidate, far];
  }
  return best;
}

/** `; did you mean "x"?`, or nothing when no candidate is close. */
export function didYouMean(name: string, candidates: Iterable<string>): string {
  const meant = nearMiss(name, candidates);
  return meant === null ? "" : `; did you mean "${meant}"?`;
}
