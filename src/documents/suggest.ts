import { distance } from "fastest-levenshtein";

/** A longer name is no slip of the fingers, and to compare it takes long. */
const LONGEST = 100;
/** Among more names one is always close, and nobody waits for all of them to be compared. */
const MOST_CANDIDATES = 1000;

/** The candidate that `name` was probably meant to be, or null when none is close. */
export function nearMiss(name: string, candidates: Iterable<string>): string | null {
  if (name.length > LONGEST) return null;
  let best: string | null = null;
  let looked = 0;
  // A third of the name may be wrong; two edits, since a swap of neighbours counts as two.
  let bestDistance = (name.length < 4 ? 1 : Math.max(2, Math.floor(name.length / 3))) + 1;
  for (const candidate of candidates) {
    looked += 1;
    if (looked > MOST_CANDIDATES) break;
    if (Math.abs(candidate.length - name.length) >= bestDistance) continue;
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
