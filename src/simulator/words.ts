import { seededRandom } from "../core/random.ts";

const WORDS = `lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et
dolore magna aliqua enim ad minim veniam quis nostrud exercitation ullamco laboris nisi aliquip ex ea commodo consequat
duis aute irure in reprehenderit voluptate velit esse cillum eu fugiat nulla pariatur excepteur sint occaecat cupidatat
non proident sunt culpa qui officia deserunt mollit anim id est laborum`.split(/\s+/);

/** The tokens of a case's answer, one word each; the first says that it is simulated. Joined, they are its text. */
export function wordsOf(seed: number, caseKey: string, count: number): string[] {
  const random = seededRandom(`${seed} words ${caseKey}`);
  return Array.from({ length: count }, (_, i) =>
    i === 0 ? "[simulated]" : ` ${WORDS[Math.floor(random() * WORDS.length)] ?? ""}`,
  );
}
