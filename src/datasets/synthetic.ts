import { createHash } from "node:crypto";
import type { Dataset, TestCase } from "../core/dataset.ts";
import { BenchError } from "../core/errors.ts";
import { normal, seededRandom, type Random } from "../core/random.ts";
import type { Synthetic } from "../core/run.ts";

/** A rough rule for English text, as in the dry run: no tokenizer is asked, since each model has its own. */
const CHARS_PER_TOKEN = 4;

/**
 * So short and common that nearly every tokenizer has each, with the space before it, as one token: four characters, so
 * that the rule above holds for them.
 */
const WORDS = `all and any arm art ask bad bag bar bed big bit box boy bus but buy car cat cow cry cup cut day dog dry
ear eat egg end eye far fat few fit fly for fun gas get gun guy hat her hit hot ice job key kid law lay leg let lie lip
log lot low man map men mix new nor not now nut off oil old one our out own pay pen pet pie pin put raw red rid run sad
say sea see set she sit six sky son sun tax tea ten the tie tip toe top toy try two use war way wet who why win yes yet
you`
  .split(/\s+/)
  .map((word) => ` ${word}`);

/** Reads `input=512±64,output=128`; `+-` stands for `±`. Throws `BenchError("usage")` with what is allowed. */
export function parseSynthetic(
  text: string,
  { sharedPrefix, seed }: { sharedPrefix: number; seed: string },
): Synthetic {
  const parts = text.split(",").map((part) => /^\s*(input|output)\s*=\s*(\d+)\s*(?:(?:±|\+-)\s*(\d+)\s*)?$/.exec(part));
  const lengthOf = (name: string): Synthetic["input"] | null => {
    const [match, ...more] = parts.filter((part) => part?.[1] === name);
    const mean = Number(match?.[2] ?? 0);
    return more.length > 0 || mean < 1 ? null : { mean, sd: Number(match?.[3] ?? 0) };
  };
  const [input, output] = [lengthOf("input"), lengthOf("output")];
  if (input === null || output === null || parts.length !== 2) {
    throw new BenchError("usage", `--synthetic ${JSON.stringify(text)} does not say how long prompts and answers are`, {
      hint: "Write both in tokens, such as input=512,output=128 or input=512±64,output=128±16; ± can be written +-.",
    });
  }
  return { input, output, shared_prefix: sharedPrefix, seed };
}

/**
 * Cases without end, made as they are asked for, the same for the same seed. Lengths are estimates (4 characters a
 * token). After the shared part each prompt is its own from the first words on, so that no server's cache knows it.
 */
export function syntheticDataset(synthetic: Synthetic): Dataset {
  const { input, output, shared_prefix: share, seed } = synthetic;
  return {
    name: "synthetic",
    version: "2",
    description: "Made prompts: words without a meaning, of a length in estimated tokens",
    defaults: {},
    sha256: createHash("sha256")
      .update(JSON.stringify({ version: 2, ...synthetic }))
      .digest("hex"),
    source: `--synthetic input=${shown(input)},output=${shown(output)}`,
    endless: true,
    async *cases() {
      const common = proseOf(seededRandom(`${seed} shared`), Math.round(input.mean * share) * CHARS_PER_TOKEN);
      for (let n = 0; ; n += 1) yield caseOf(n, common, synthetic);
    },
  };
}

function caseOf(n: number, common: string, { input, output, seed }: Synthetic): TestCase {
  const random = seededRandom(`${seed} prompt ${n}`);
  const chars = drawn(random, input) * CHARS_PER_TOKEN;
  const maxTokens = drawn(random, output);
  const own = Math.max(0, chars - common.length);
  // A prompt shorter than the shared part is cut from it, and is then not unique: it has no room to be.
  const prompt = own === 0 ? common.slice(0, chars) : common + `${n}${proseOf(random, own)}`.slice(0, own);
  return { id: `synthetic-${n}`, prompt, config: { max_tokens: maxTokens } };
}

/** A length from a normal distribution, at least 1. */
const drawn = (random: Random, { mean, sd }: Synthetic["input"]): number =>
  Math.max(1, Math.round(mean + sd * normal(random)));

function proseOf(random: Random, chars: number): string {
  let text = "";
  while (text.length < chars) text += WORDS[Math.floor(random() * WORDS.length)] ?? "";
  return text.slice(0, chars);
}

const shown = ({ mean, sd }: Synthetic["input"]): string => (sd === 0 ? String(mean) : `${mean}±${sd}`);
