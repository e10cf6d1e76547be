/**
 * Solves each puzzle by trying everything, from the case's own variables or from its clues, and throws unless exactly
 * one answer is left. Nothing here knows the expected answers.
 */

/** Reads a case's variable by its dotted name. */
export type Variable = (name: string) => string | number | boolean;

/** The numbers in a variable such as `4, 11, 22`. */
const numbersIn = (value: string | number | boolean): number[] => String(value).split(", ").map(Number);

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

function onlyOne<T>(answers: Iterable<T>): T {
  const distinct = [...new Set(answers)];
  if (distinct.length !== 1) throw new Error(`not one answer but ${distinct.length}: ${distinct.join(", ")}`);
  return distinct[0] as T;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

/** Every order of the items, equal items counted as different. */
export function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map((rest) => [item].concat(rest)));
}

/** Whole numbers p and q within limits for which a condition holds. */
function pairsWhere(from: number, to: number, holds: (p: number, q: number) => boolean): [number, number][] {
  return range(from, to)
    .flatMap((p) => range(from, to).map((q): [number, number] => [p, q]))
    .filter(([p, q]) => holds(p, q));
}

const WEEK = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const ALPHABET = "abcdefghijklmnopqrstuvwxyz";

const shifted = (word: string, places: number): string =>
  Array.from(word, (letter) => ALPHABET[(ALPHABET.indexOf(letter) + places) % 26]).join("");

/** The answers of the cases in `mathematics` and `patterns`, by id. */
export const SOLVERS: Readonly<Record<string, (v: Variable) => string>> = {
  "mathematics-arithmetic": (v) => {
    // By repeated addition, so that the multiplication is not taken on trust.
    const times = (a: number, b: number): number => range(1, b).reduce((sum) => sum + a, 0);
    return String(times(Number(v("a")), Number(v("b"))) - times(Number(v("c")), Number(v("d"))));
  },
  "mathematics-count-primes": (v) =>
    String(
      range(Number(v("from")), Number(v("to"))).filter((n) => range(2, n - 1).every((divisor) => n % divisor !== 0))
        .length,
    ),
  "mathematics-remainders": (v) => {
    const rules = ["first", "second", "third"].map((which) => ({
      divisor: Number(v(`${which}.divisor`)),
      remainder: Number(v(`${which}.remainder`)),
    }));
    const found = range(1, 100_000).find((n) => rules.every(({ divisor, remainder }) => n % divisor === remainder));
    return String(found);
  },
  "mathematics-coins": (v) => {
    const [amount, small, middle, large] = ["amount", "small", "middle", "large"].map((name) => Number(v(name)));
    let ways = 0;
    for (const a of range(0, 100)) {
      for (const b of range(0, 100)) {
        for (const c of range(0, 100)) {
          if (a * (small ?? 0) + b * (middle ?? 0) + c * (large ?? 0) === amount) ways += 1;
        }
      }
    }
    return String(ways);
  },
  "mathematics-arrangements": (v) =>
    String(new Set(permutations(Array.from(String(v("word")))).map((letters) => letters.join(""))).size),
  "mathematics-two-dice": (v) => {
    const throws = range(1, 6).flatMap((a) => range(1, 6).map((b) => [a, b]));
    const possible = throws.filter((dice) => dice.includes(Number(v("shown"))));
    const wanted = possible.filter(([a, b]) => (a ?? 0) + (b ?? 0) >= Number(v("sum")));
    const common = gcd(wanted.length, possible.length);
    return `${wanted.length / common}/${possible.length / common}`;
  },
  "mathematics-two-discounts": (v) => {
    const tenThousandths = Number(v("price")) * (100 - Number(v("cut"))) * (100 + Number(v("rise")));
    if (tenThousandths % 100 !== 0) throw new Error("no whole number of cents");
    return (tenThousandths / 10_000).toFixed(2);
  },
  "mathematics-two-cyclists": (v) => {
    const [hours, minutes] = String(v("start")).split(":").map(Number);
    const start = (hours ?? 0) * 60 + (minutes ?? 0);
    // Whole units of km/60, so that every minute is exact.
    const apart = (minute: number): number =>
      Number(v("distance")) * 60 - minute * (Number(v("slow")) + Number(v("fast")));
    const met = start + onlyOne(range(1, 1440).filter((minute) => apart(minute) === 0));
    return [Math.floor(met / 60), met % 60].map((part) => String(part).padStart(2, "0")).join(":");
  },
  "mathematics-weekday": (v) => {
    let day = WEEK.indexOf(String(v("today")));
    for (let passed = 0; passed < Number(v("days")); passed += 1) day = (day + 1) % 7;
    return WEEK[day] ?? "";
  },
  "mathematics-trailing-zeros": (v) => {
    const factorial = range(1, Number(v("n"))).reduce((product, n) => product * BigInt(n), 1n);
    return String(/0*$/.exec(String(factorial))?.[0].length);
  },
  "patterns-quadratic": (v) => {
    const terms = numbersIn(v("terms"));
    const at = Number(v("n"));
    const fits = range(-20, 20).flatMap((a) =>
      range(-20, 20).flatMap((b) =>
        range(-20, 20)
          .map(
            (c) =>
              (n: number): number =>
                a * n * n + b * n + c,
          )
          .filter((term) => terms.every((value, i) => term(i + 1) === value)),
      ),
    );
    return String(onlyOne(fits.map((term) => term(at))));
  },
  "patterns-two-before": (v) => {
    const terms = numbersIn(v("terms"));
    const next = (p: number, q: number, i: number): number => p * (terms[i - 1] ?? 0) + q * (terms[i - 2] ?? 0);
    const fits = pairsWhere(0, 9, (p, q) => terms.every((term, i) => i < 2 || term === next(p, q, i)));
    return String(onlyOne(fits.map(([p, q]) => next(p, q, terms.length))));
  },
  "patterns-rows": (v) => {
    const [one = [], two = [], three = []] = ["one", "two", "three"].map((row) => numbersIn(v(`rows.${row}`)));
    const third = ([a = 0, b = 0]: number[], p: number, q: number): number => p * a + q * b;
    const fits = pairsWhere(1, 9, (p, q) => [one, two].every((row) => third(row, p, q) === row[2]));
    return String(onlyOne(fits.map(([p, q]) => third(three, p, q))));
  },
  "patterns-letter-shift": (v) => {
    const fits = range(0, 25).filter((places) => shifted(String(v("example.plain")), places) === v("example.shifted"));
    return onlyOne(fits.map((places) => shifted(String(v("word")), places)));
  },
  "patterns-repeating-block": (v) => {
    const block = String(v("block")).split(", ");
    const beads: string[] = [];
    while (beads.length < Number(v("n"))) beads.push(...block);
    return beads[Number(v("n")) - 1] ?? "";
  },
  "patterns-look-and-say": (v) =>
    String(v("line")).replaceAll(/(\d)\1*/g, (run: string, digit: string) => `${run.length}${digit}`),
  "patterns-cellular-automaton": (v) => {
    let row = String(v("row"));
    const black = (i: number): boolean => row[i] === "#";
    for (let step = 0; step < Number(v("steps")); step += 1) {
      row = Array.from(row, (_, i) => (black(i - 1) === black(i + 1) ? "." : "#")).join("");
    }
    return row;
  },
  "patterns-odd-one-out": (v) => {
    const sum = (n: number): number => Array.from(String(n)).reduce((total, digit) => total + Number(digit), 0);
    const numbers = numbersIn(v("numbers"));
    const alone = numbers.filter((n) => numbers.filter((other) => sum(other) === sum(n)).length === 1);
    if (new Set(numbers.map(sum)).size !== 2) throw new Error("more than one digit sum besides the odd one");
    return String(onlyOne(alone));
  },
};
