import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { renderTemplate } from "../template.ts";
import type { Fields } from "./fields.ts";
import { isPromptfoo, promptfooCases } from "./promptfoo.ts";
import { recognise, SHAPE_NAMES, shapeNamed } from "./recognise.ts";
import type { RecordShape, ShapedCase } from "./shape.ts";
import { wrappedList } from "./wrapped-list.ts";

const foreign = (name: string): string => readFileSync(`examples/datasets/foreign/${name}`, "utf8");
const lines = (name: string): Fields[] =>
  foreign(name)
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Fields);

function shapeOf(record: unknown): RecordShape {
  const shape = recognise([record], "a.jsonl");
  if (shape === null) throw new Error("no shape was recognised");
  return shape;
}

function caseOf(record: Fields): ShapedCase["value"] {
  const shaped = shapeOf(record).toCase(record);
  if (!shaped.ok) throw new Error(shaped.message);
  return shaped.value;
}

const text = (template: unknown): string => renderTemplate(String(template), {}).text;

describe("records of known shapes", () => {
  it("are read as OpenAI evals: the input is sent, the ideal is expected", () => {
    const [first, second] = lines("openai-evals.jsonl").map(caseOf);
    expect(first).toEqual({
      system: "Answer with one word.",
      prompt: "Which planet is closest to the sun?",
      expected: "Mercury",
    });
    expect(second).toMatchObject({ expected: "carbon dioxide", references: ["CO2"] });
    expect(caseOf({ input: "Say hi", ideal: "hi", lang: "en" })).toEqual({
      prompt: "Say hi",
      expected: "hi",
      metadata: { lang: "en" },
    });
  });

  it("may hold examples that evals write as named system turns, and images", () => {
    const turn = (role: string, content: unknown, name?: string): Fields => ({
      role,
      content,
      ...(name === undefined ? {} : { name }),
    });
    const input = [
      turn("system", "a"),
      turn("system", "b"),
      turn("system", "2+2", "example_user"),
      turn("system", "4", "example_assistant"),
      turn("user", [
        { type: "text", text: "{{x}}?" },
        { type: "image_url", image_url: { url: "https://a/b.png" } },
      ]),
    ];
    expect(caseOf({ input, ideal: "4" })["messages"]).toEqual([
      { role: "system", content: "a\n\nb" },
      { role: "user", content: "2+2" },
      { role: "assistant", content: "4" },
      {
        role: "user",
        content: [
          { type: "text", text: "\\{{x}}?" },
          { type: "image", url: "https://a/b.png" },
        ],
      },
    ]);
  });

  it("are read as ShareGPT conversations: the last answer is expected", () => {
    const [first, second] = (JSON.parse(foreign("sharegpt.json")) as Fields[]).map(caseOf);
    expect(first).toMatchObject({ id: "chat-1", expected: "13" });
    expect(first?.["messages"]).toHaveLength(3);
    expect(text(second?.["prompt"])).toBe("What does {{name}} mean in a template?");
    expect(second?.["expected"]).toBe("{{name}} is replaced by a value.");
  });

  it("are read as HumanEval: the test and the entry point are kept", () => {
    const [first] = lines("human-eval.jsonl").map(caseOf);
    expect(first).toMatchObject({
      id: "Sample/0",
      expected: "    return 2 * n\n",
      metadata: { entry_point: "double" },
    });
  });

  it("are read as GSM8K: what stands behind #### is expected", () => {
    const [first, second] = lines("gsm8k.jsonl").map(caseOf);
    expect(first).toMatchObject({ expected: "45" });
    expect(second).toMatchObject({ expected: "1,200", references: ["1200"] });
    expect(second?.["metadata"]).toEqual({ solution: "There are 50 * 24 = <<50*24=1200>>1,200 seats." });
  });

  it("are read as multiple choice: the choices get letters, the right one's is expected", () => {
    const [first, second] = lines("mmlu.jsonl").map(caseOf);
    expect(first).toEqual({
      category: "chemistry",
      prompt: "Which of these is a noble gas?\nA. Oxygen\nB. Argon\nC. Nitrogen\nD. Chlorine\nAnswer:",
      expected: "B",
    });
    expect(second?.["expected"]).toBe("C");
    // As the cells of a table hold it.
    expect(caseOf({ question: "q", choices: '["x", "y"]', answer: "0" })["expected"]).toBe("A");
    expect(caseOf({ question: "q", choices: ["x", "y"], answer: "y" })["expected"]).toBe("B");
    expect(caseOf({ question: "q", choices: [1, 2, 3], answer: 1 })["expected"]).toBe("B");
    expect(() => caseOf({ question: "q", choices: [1, 2, 3], answer: "1" })).toThrow(/not plainly/);
  });

  it("are read as MMLU with a column for each choice, where a letter is a column's name before it is a choice's text", () => {
    const row = { question: "Which vitamin do oranges have?", A: "B12", B: "C", C: "K", D: "D", answer: "B" };
    expect(caseOf(row)).toEqual({
      prompt: "Which vitamin do oranges have?\nA. B12\nB. C\nC. K\nD. D\nAnswer:",
      expected: "B",
    });
    expect(caseOf({ ...row, answer: "C" })["expected"]).toBe("C");
  });

  it("are read as ARC, whose labels are letters or digits, as the hub has it and as it was published", () => {
    const [first, second] = lines("arc.jsonl").map(caseOf);
    expect(first).toMatchObject({ id: "science-1", expected: "C" });
    expect(second).toEqual({
      id: "science-2",
      prompt: "What do plants take from the air to make sugar?\nA. oxygen\nB. carbon dioxide\nC. nitrogen\nAnswer:",
      expected: "B",
    });
    const question = {
      stem: "Which is hot?",
      choices: [
        { text: "ice", label: "A" },
        { text: "fire", label: "B" },
      ],
    };
    expect(caseOf({ id: "q", question, answerKey: "B" })).toEqual({
      id: "q",
      prompt: "Which is hot?\nA. ice\nB. fire\nAnswer:",
      expected: "B",
    });
    // As the cells of a table hold it.
    const choices = '{"text": ["x", "y"], "label": ["1", "2"]}';
    expect(caseOf({ question: "q", choices, answerKey: "1" })["expected"]).toBe("A");
  });

  it("are read as HellaSwag, also its test split, whose answers are secret", () => {
    const [first] = lines("hellaswag.jsonl");
    expect(caseOf(first ?? {})).toMatchObject({
      category: "Baking bread",
      prompt: expect.stringMatching(
        /^How does this text go on\?\n\nA woman kneads[^\n]* she\nA\. puts it[^]*\nD\. parks it behind the house\.\nAnswer:$/,
      ),
      expected: "A",
      metadata: { ind: 1, source_id: "handwritten~1" },
    });
    expect(caseOf({ ...first, label: "" })).not.toHaveProperty("expected");
  });

  it("are read as TruthfulQA: the best answer is expected, the other correct ones are references", () => {
    expect(lines("truthful-qa.jsonl").map(caseOf)[1]).toEqual({
      category: "Geography",
      prompt: "Which is the largest ocean?",
      expected: "The Pacific Ocean",
      references: ["The Pacific"],
      metadata: { type: "Non-Adversarial", incorrect_answers: ["The Atlantic Ocean"], source: "handwritten" },
    });
  });

  it("are read as Inspect samples, with and without choices", () => {
    const [first, second] = (JSON.parse(foreign("inspect.json")) as Fields[]).map(caseOf);
    expect(first).toEqual({
      id: "1",
      prompt: "What is the capital of Norway?",
      expected: "Oslo",
      references: ["oslo"],
    });
    expect(second?.["prompt"]).toBe("Which is heaviest?\nA. a gram\nB. a kilogram\nC. a tonne\nAnswer:");
    const input = [
      { role: "system", content: "s" },
      { role: "user", content: "a" },
      { role: "assistant", content: "b" },
      { role: "user", content: [{ type: "image", image: "cat.png" }] },
    ];
    expect(caseOf({ input, target: "A", choices: ["x"] })["messages"]).toMatchObject([
      {},
      {},
      {},
      {
        content: [
          { type: "image", file: "cat.png" },
          { type: "text", text: "A. x\nAnswer:" },
        ],
      },
    ]);
  });
});

describe("records of training and batch files", () => {
  it("are read as conversations whose last answer is expected", () => {
    const [first, second] = lines("openai-chat.jsonl").map(caseOf);
    expect(first).toEqual({
      system: "You are a curt librarian.",
      prompt: "Where do I find maps?",
      expected: "Second floor.",
    });
    expect(second).toEqual({ prompt: "Is the library open on Sunday?", expected: "No." });
  });

  it("are ours where an id, a prompt or an expected answer says so, or no answer ends the conversation", () => {
    const messages = [
      { role: "user", content: "a" },
      { role: "assistant", content: "b" },
    ];
    expect(recognise([{ messages }], "a")?.name).toBe("openai-chat");
    for (const ours of [{ id: "x" }, { expected: "y" }]) expect(recognise([{ messages, ...ours }], "a")).toBeNull();
    expect(recognise([{ messages: messages.slice(0, 1) }], "a")).toBeNull();
  });

  it("are read as batch requests with their options in our terms, and the others as they are", () => {
    expect(lines("openai-batch.jsonl").map(caseOf)).toEqual([
      { id: "greeting-1", prompt: "Greet a guest in one line.", config: { max_tokens: 40, temperature: 0 } },
      { id: "greeting-2", system: "Be formal.", prompt: "Greet a guest in one line.", config: { max_tokens: 40 } },
    ]);
    const parameters = { type: "object" };
    const body = {
      model: "m",
      stream: true,
      instructions: "Be {{brief}}",
      input: "Hi",
      stop: "END",
      max_output_tokens: 5,
      tools: [
        { type: "function", function: { name: "f", parameters, strict: true } },
        { type: "function", name: "g" },
      ],
      tool_choice: { type: "function", function: { name: "f" } },
      response_format: { type: "json_schema", json_schema: { name: "n", schema: parameters, strict: true } },
      logprobs: true,
    };
    const read = caseOf({ custom_id: "c", body });
    expect(read).toMatchObject({ id: "c", prompt: "Hi" });
    expect(text(read["system"])).toBe("Be {{brief}}");
    expect(read["config"]).toEqual({
      stop: ["END"],
      max_tokens: 5,
      tools: [{ name: "f", parameters }, { name: "g" }],
      tool_choice: { name: "f" },
      response_format: { name: "n", schema: parameters, strict: true },
      extra_body: { logprobs: true },
    });
    const json = caseOf({ custom_id: "c", body: { prompt: "p", response_format: { type: "json_object" } } });
    expect(json["config"]).toEqual({ response_format: "json" });
    const plain = caseOf({ custom_id: "c", body: { prompt: "p", response_format: { type: "text" } } });
    expect(plain).toEqual({ id: "c", prompt: "p" });
  });
});

describe("records of instructions and of questions on a text", () => {
  it("are read as Alpaca's, with their input, and as Dolly's", () => {
    const records = JSON.parse(foreign("alpaca.json")) as Fields[];
    expect(records.map(caseOf)).toEqual([
      { prompt: "Name the capital of Norway.", expected: "Oslo" },
      { prompt: "Translate into German.\n\nthe cat", expected: "die Katze" },
    ]);
    expect(caseOf({ instruction: "Who?", context: "Bob did.", response: "Bob", category: "closed_qa" })).toEqual({
      prompt: "Who?\n\nBob did.",
      expected: "Bob",
      category: "closed_qa",
    });
  });

  it("are read as SQuAD's: the text, the question, and every answer once", () => {
    const [first] = lines("squad.jsonl").map(caseOf);
    expect(first).toMatchObject({ id: "bridge-1", category: "Bridges", expected: "1803", references: ["in 1803"] });
    expect(first?.["prompt"]).toMatch(/^The old bridge .*\n\nWhen was the bridge rebuilt\?$/s);
    const unanswerable = { context: "C", question: "Q?", answers: { text: [], answer_start: [] } };
    expect(caseOf(unanswerable)).toEqual({ prompt: "C\n\nQ?" });
  });
});

describe("a list inside a document", () => {
  it("is found by the names that exports give it", () => {
    expect(wrappedList({ data: [{ a: 1 }, { a: 2 }], total: 2 })).toEqual({
      key: "data",
      entries: [
        { value: { a: 1 }, path: ["data", 0] },
        { value: { a: 2 }, path: ["data", 1] },
      ],
    });
    expect(wrappedList({ rows: [{ row_idx: 0, row: { q: "x" } }], features: [] })).toEqual({
      key: "rows",
      entries: [{ value: { q: "x" }, path: ["rows", 0, "row"] }],
    });
  });

  it.each<[Fields]>([
    [{ name: "mine", data: [{ a: 1 }] }],
    [{ test_cases: [], examples: [{ a: 1 }] }],
    [{ data: [{ a: 1 }], rows: [{ a: 1 }] }],
    [{ data: [] }],
    [{ data: ["a"] }],
    [{ testcases: [{ a: 1 }] }],
  ])("is not guessed where the document is meant to be ours, or says several things: %j", (document) => {
    expect(wrappedList(document)).toBeNull();
  });
});

describe("a record that is not as it should be", () => {
  it.each<[string, Fields, RegExp, unknown]>([
    ["openai-evals", { input: [{ role: "tool", content: "x" }] }, /turn of "tool"/, ["input", 0, "role"]],
    ["openai-evals", { input: [{ content: "x" }] }, /whose it is/, ["input", 0]],
    ["openai-evals", { input: ["x"] }, /a turn with/, ["input", 0]],
    ["openai-evals", { input: [{ role: "user", content: [3, {}] }] }, /parts/, ["input", 0, "content"]],
    ["openai-evals", { input: [{ role: "assistant", content: "x" }] }, /no turn of the user/, ["input"]],
    ["openai-evals", { input: {} }, /expected text/, ["input"]],
    ["openai-evals", { input: "a", ideal: {} }, /expected text/, ["ideal"]],
    [
      "openai-evals",
      {
        input: [
          { role: "user", content: "x" },
          { role: "system", content: "y" },
        ],
      },
      /behind other turns/,
      ["input", 1],
    ],
    ["sharegpt", {}, /list of turns/, ["conversations"]],
    [
      "sharegpt",
      {
        system: "s",
        conversations: [
          { from: "system", value: "t" },
          { from: "human", value: "x" },
        ],
      },
      /system turn as well/,
      ["system"],
    ],
    ["human-eval", {}, /function to complete/, ["prompt"]],
    ["gsm8k", { question: "q", answer: "5" }, /nothing behind ####/, ["answer"]],
    ["gsm8k", { answer: "#### 5" }, /expected the question/, ["question"]],
    ["mmlu", { question: "q", choices: ["a", "b"], answer: "7" }, /not plainly one of the 2 choices/, ["answer"]],
    ["mmlu", { question: "q", choices: ["a"], answer: "0" }, /a list of 2 to 26/, ["choices"]],
    ["mmlu", {}, /expected the question/, ["question"]],
    ["arc", { question: "q", choices: { text: ["a"], label: ["A"] } }, /a list of 2 to 26/, ["choices"]],
    ["arc", { question: "q", choices: { text: ["a", "b"], label: ["A"] } }, /a label for each/, ["choices"]],
    [
      "arc",
      { question: "q", choices: { text: ["a", "b"], label: ["A", "B"] }, answerKey: "C" },
      /the label of none/,
      ["answerKey"],
    ],
    ["arc", { question: { stem: "q", choices: ["a"] } }, /a list of 2 to 26/, ["question"]],
    ["arc", {}, /expected the question/, ["question"]],
    ["hellaswag", { ctx: "c", endings: ["a", "b"], label: "2" }, /no ending's number/, ["label"]],
    ["hellaswag", { ctx: "c", endings: "a" }, /a list of 2 to 26/, ["endings"]],
    ["hellaswag", {}, /the beginning of the text/, ["ctx"]],
    ["openai-chat", {}, /list of turns/, ["messages"]],
    ["openai-batch", { custom_id: "c" }, /the body of a request/, ["body"]],
    ["openai-batch", { custom_id: "c", body: {} }, /no messages, input or prompt/, ["body"]],
    [
      "openai-batch",
      { custom_id: "c", body: { messages: [{ role: "tool", content: "x" }] } },
      /turn of "tool"/,
      ["body", "messages", 0, "role"],
    ],
    ["alpaca", {}, /expected the instruction/, ["instruction"]],
    ["squad", { question: "q" }, /the text that is asked about/, ["context"]],
    ["squad", { context: "c" }, /expected the question/, ["question"]],
    ["squad", { context: "c", question: "q", answers: ["a"] }, /a list of texts/, ["answers"]],
    ["truthful-qa", { question: "q" }, /the best answer/, ["best_answer"]],
    ["truthful-qa", { question: "q", best_answer: "a", correct_answers: [{}] }, /list of texts/, ["correct_answers"]],
    ["truthful-qa", {}, /expected the question/, ["question"]],
    ["inspect", { input: "a", target: [{}] }, /expected text/, ["target"]],
    ["inspect", { input: "a", choices: {} }, /at most 26/, ["choices"]],
  ])("is told with its place: %s %j", (name, record, message, path) => {
    expect(shapeNamed(name)?.toCase(record)).toMatchObject({
      ok: false,
      message: expect.stringMatching(message),
      path,
    });
  });
});

describe("recognition", () => {
  it("lets our own shape win", () => {
    expect(recognise([{ id: "a", prompt: "A", question: "q", answer: "#### 1" }], "a")).toBeNull();
    expect(recognise([{ id: "a", messages: [], input: "x", target: "y" }], "a")).toBeNull();
    expect(recognise([], "a")).toBeNull();
    expect(recognise([{ question: "q", answer: "no mark" }], "a")).toBeNull();
  });

  it("goes by most of the first records, since any one may be odd", () => {
    const gsm = { question: "q", answer: "a #### 1" };
    const ours = { id: "a", prompt: "p" };
    expect(recognise([{ comment: "made by hand" }, gsm, gsm], "a")?.name).toBe("gsm8k");
    expect(recognise([null, ours, gsm, gsm], "a")?.name).toBe("gsm8k");
    expect(
      recognise(
        [
          { input: "a", ideal: "b", target: "c" },
          { input: "a", ideal: "b" },
        ],
        "a",
      )?.name,
    ).toBe("openai-evals");
    expect(recognise([gsm, ours], "a")).toBeNull();
    expect(recognise([gsm, ours, ours], "a")).toBeNull();
    expect(recognise([], "a")).toBeNull();
  });

  it("asks where several shapes fit", () => {
    expect(() => recognise([{ input: "a", ideal: "b", target: "c" }], "a.jsonl")).toThrow(
      expect.objectContaining({
        code: "dataset",
        message: "a.jsonl could be read as openai-evals or as inspect",
        hint: expect.stringContaining("--shape openai-evals"),
      }),
    );
  });

  it("knows shapes by name, and names the one that was meant", () => {
    expect(SHAPE_NAMES.filter((name) => shapeNamed(name) === null)).toEqual(["own", "promptfoo"]);
    expect(() => shapeNamed("gsm8")).toThrow('there is no shape "gsm8"; did you mean "gsm8k"?');
  });
});

describe("any record", () => {
  const keys = fc.constantFrom(
    ...(
      "input ideal target choices question answer conversations prompt task_id id metadata system messages " +
      "A B C D instruction output context answers custom_id body answerKey ctx endings label best_answer correct_answers canonical_solution __proto__ constructor prompts tests vars assert defaultTest"
    ).split(" "),
  );
  const turns = fc.array(
    fc.record(
      { role: fc.constantFrom("user", "system", "x"), from: fc.string(), content: fc.jsonValue(), value: fc.string() },
      { requiredKeys: [] },
    ),
  );
  const records = fc.dictionary(keys, fc.oneof(fc.jsonValue(), turns, fc.string(), fc.array(fc.string())));

  it("is recognised and read without an exception", () => {
    fc.assert(
      fc.property(records, (record) => {
        try {
          recognise([record], "a");
        } catch (error) {
          expect(error).toMatchObject({ code: "dataset" });
        }
        for (const name of SHAPE_NAMES) expect(shapeNamed(name)?.toCase(record).ok).not.toBeNull();
        expect(typeof isPromptfoo(record)).toBe("boolean");
        expect(typeof promptfooCases(record).ok).toBe("boolean");
        expect(wrappedList(record)?.entries.length).not.toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  it("sends exactly the text that it holds", () => {
    const texts = fc
      .array(fc.constantFrom("{{", "}}", "\\", "a", "{{a}}", "\\{{a}}", " ", "é", "{% if %}"), { minLength: 1 })
      .map((pieces) => `q${pieces.join("")}`);
    fc.assert(
      fc.property(texts, (asked) => {
        expect(text(caseOf({ input: asked, ideal: "x" })["prompt"])).toBe(asked);
        expect(text(caseOf({ task_id: "x", prompt: asked, entry_point: "f" })["prompt"])).toBe(asked);
        expect(text(caseOf({ question: asked, answer: "#### 1" })["prompt"])).toBe(asked);
        const conversations = [
          { from: "human", value: asked },
          { from: "gpt", value: asked },
        ];
        const shaped = caseOf({ conversations });
        expect([text(shaped["prompt"]), shaped["expected"]]).toEqual([asked, asked]);
      }),
    );
  });
});
