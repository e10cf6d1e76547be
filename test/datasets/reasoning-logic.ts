import { permutations } from "./reasoning-solvers.ts";

/** A sentence of a puzzle, and what it says of a possible world. */
type Clue<World> = readonly [sentence: string, holds: (world: World) => boolean];

/** A logic puzzle as data: all worlds that could be, the clues that leave few of them, and the question. */
interface Puzzle {
  /** Every sentence of the prompt that the solution rests on, as it stands there. */
  readonly sentences: readonly string[];
  /** The answers that the clues leave; a puzzle with one right answer leaves one. */
  answers(): string[];
}

function puzzle<World>(
  worlds: () => readonly World[],
  clues: readonly Clue<World>[],
  question: (left: readonly World[]) => readonly string[],
): Puzzle {
  return {
    sentences: clues.map(([sentence]) => sentence),
    answers: () => [...new Set(question(worlds().filter((world) => clues.every(([, holds]) => holds(world)))))],
  };
}

const bits = (count: number): boolean[][] =>
  Array.from({ length: 2 ** count }, (_, n) => Array.from({ length: count }, (__, bit) => ((n >> bit) & 1) === 1));

/**
 * Venn diagrams: each of the 2^k kinds of thing there can be (in or outside each of k sets) exists or does not.
 * A world answers whether some thing is as described.
 */
type Some = (matches: (sets: readonly boolean[]) => boolean) => boolean;
function diagrams(sets: number): Some[] {
  const kinds = bits(sets);
  return bits(kinds.length).map((exists) => (matches) => kinds.some((kind, i) => exists[i] === true && matches(kind)));
}

/** Whether a conclusion holds in all worlds that the clues leave. */
const follows =
  (conclusion: (some: Some) => boolean) =>
  (left: readonly Some[]): string[] => [left.every(conclusion) ? "yes" : "no"];

interface Neighbour {
  readonly house: number;
  readonly pet: string;
  readonly drink: string;
}

const street = (): Neighbour[][] =>
  permutations(["cat", "dog", "fish", "owl"]).flatMap((pets) =>
    permutations(["cocoa", "juice", "milk", "tea"]).map((drinks) =>
      pets.map((pet, i) => ({ house: i + 1, pet, drink: drinks[i] ?? "" })),
    ),
  );
const owner = (world: Neighbour[], pet: string): Neighbour | undefined => world.find((one) => one.pet === pet);
const drinker = (world: Neighbour[], drink: string): Neighbour | undefined => world.find((one) => one.drink === drink);

const place = (row: string[], name: string): number => row.indexOf(name);

type Islanders = { ida: boolean; jon: boolean; kim: boolean };

const [A, B, C, D] = ["A", "B", "C", "D"];
const signs: readonly Clue<string>[] = [
  ["Door A: The prize is behind door B or door C.", (door) => door === B || door === C],
  ["Door B: The prize is behind door A or door D.", (door) => door === A || door === D],
  ["Door C: The prize is behind door C.", (door) => door === C],
  ["Door D: The prize is not behind door D.", (door) => door !== D],
];

/** The cases in `logic`, by id. */
export const PUZZLES: Readonly<Record<string, Puzzle>> = {
  "logic-row-of-five": puzzle<string[]>(
    () => permutations(["Ana", "Ben", "Cleo", "Dov", "Eda"]),
    [
      ["Ben stands directly to the right of Eda.", (row) => place(row, "Ben") === place(row, "Eda") + 1],
      ["Ana stands at one of the two ends.", (row) => [0, 4].includes(place(row, "Ana"))],
      ["Cleo stands exactly in the middle.", (row) => place(row, "Cleo") === 2],
      ["Ana stands somewhere to the right of Cleo.", (row) => place(row, "Ana") > place(row, "Cleo")],
    ],
    (rows) => rows.map(([first]) => first ?? ""),
  ),
  "logic-knights-and-knaves": puzzle<Islanders>(
    () => bits(3).map(([ida = false, jon = false, kim = false]) => ({ ida, jon, kim })),
    [
      ['Ida says: "All three of us are knaves."', (of) => of.ida === (!of.ida && !of.jon && !of.kim)],
      ['Jon says: "Ida and Kim are both knaves."', (of) => of.jon === (!of.ida && !of.kim)],
      ['Kim says: "Jon is a knave, or Ida is a knight."', (of) => of.kim === (!of.jon || of.ida)],
    ],
    (left) => left.map((of) => String([of.ida, of.jon, of.kim].filter(Boolean).length)),
  ),
  "logic-syllogism-valid": puzzle<Some>(
    () => diagrams(4),
    [
      ["All glims are trofs.", (some) => !some(([glim, trof]) => glim === true && trof === false)],
      ["No trof is a wend.", (some) => !some(([, trof, wend]) => trof === true && wend === true)],
      ["Some yalks are wends.", (some) => some(([, , wend, yalk]) => yalk === true && wend === true)],
    ],
    follows((some) => some(([glim, , , yalk]) => yalk === true && glim === false)),
  ),
  "logic-syllogism-invalid": puzzle<Some>(
    () => diagrams(4),
    [
      ["All painters here are tidy.", (some) => !some(([painter, tidy]) => painter === true && tidy === false)],
      ["Some tidy people here are dancers.", (some) => some(([, tidy, dancer]) => tidy === true && dancer === true)],
      [
        "Some dancers here are painters or left-handed.",
        (some) => some(([painter, , dancer, left]) => dancer === true && (painter === true || left === true)),
      ],
    ],
    follows((some) => some(([painter, , dancer]) => painter === true && dancer === true)),
  ),
  "logic-mislabelled-boxes": puzzle<string[]>(
    // What is in the boxes labelled "apples", "pears" and "both".
    () => permutations(["apples", "pears", "both"]),
    [
      [
        "every label is on a wrong box",
        ([first, second, third]) => first !== "apples" && second !== "pears" && third !== "both",
      ],
      ['the box labelled "both": it is an apple', ([, , third]) => third !== "pears"],
    ],
    (left) => left.map(([, second]) => second ?? ""),
  ),
  "logic-pets-and-drinks": puzzle<Neighbour[]>(
    street,
    [
      ["The neighbour in house 1 has the fish.", (all) => owner(all, "fish")?.house === 1],
      [
        "The tea drinker lives directly to the left of the cat's owner.",
        (all) => drinker(all, "tea")?.house === (owner(all, "cat")?.house ?? 0) - 1,
      ],
      ["The owl's owner drinks milk.", (all) => owner(all, "owl")?.drink === "milk"],
      ["The dog's owner lives in house 4.", (all) => owner(all, "dog")?.house === 4],
      ["The cat's owner does not drink juice.", (all) => owner(all, "cat")?.drink !== "juice"],
      ["The cocoa drinker lives in house 2.", (all) => drinker(all, "cocoa")?.house === 2],
    ],
    (left) => left.map((all) => drinker(all, "tea")?.pet ?? ""),
  ),
  "logic-truth-table": puzzle<boolean[]>(
    () => bits(4),
    [
      [
        "(P or not Q) and (Q or R) and (not R or not S)",
        ([p = false, q = false, r = false, s = false]) => (p || !q) && (q || r) && (!r || !s),
      ],
    ],
    (left) => [String(left.length)],
  ),
  "logic-one-true-sign": {
    sentences: ["exactly one of the four signs is true", ...signs.map(([sentence]) => sentence)],
    answers: () => ["A", "B", "C", "D"].filter((door) => signs.filter(([, isTrue]) => isTrue(door)).length === 1),
  },
};
