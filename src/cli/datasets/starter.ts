import { jsonLine } from "../json-text.ts";
/** A commented dataset to begin with; it is valid as it stands. */
export const starterDataset = (
  name: string,
): string => `# A dataset for llm-test-bench. Check it: llm-test-bench datasets validate FILE
schema_version: 1
name: ${jsonLine(name)}
version: 1.0.0 # change it when the cases change, so that runs are not taken for the same
description: What these cases are for
# Request parameters for every case that names none of its own:
defaults:
  temperature: 0
  max_tokens: 256
  # system: "You are terse."
test_cases:
  - id: capital-of-france # unique; it names the case in every result
    category: facts # for --category and for summaries
    prompt: "What is the capital of {{country}}? Answer with its name alone."
    variables: { country: France } # fill the {{names}} of prompt and system
    expected: Paris # what a right answer contains

  - id: reverse-a-text
    category: coding
    # Several lines are kept as they are:
    prompt: |
      Write a {{language}} function that reverses a text.
      Answer with code alone.
    variables: { language: Python }
    references: ["[::-1]", "reversed("] # other texts that right answers may have
    config: { max_tokens: 200, timeout: 30s } # of this case alone
    metadata: { source: handwritten } # yours; anything

  # A conversation in place of a prompt:
  - id: remembers-the-name
    category: memory
    messages:
      - { role: user, content: "My name is Ada." }
      - { role: assistant, content: "Hello Ada." }
      - { role: user, content: "What is my name? Answer with it alone." }
    expected: Ada
`;
