import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { collected } from "../../test/support/cases.ts";
import { documentWithoutText } from "../documents/source-document.ts";
import type { TestCase } from "../core/dataset.ts";
import { imageType } from "./image-type.ts";
import { Images } from "./images.ts";
import { loadDataset } from "./load.ts";
import { renderCase, renderPrompt } from "./render.ts";
import { TestCase as testCases } from "../library/test-case.ts";

const RED = readFileSync("examples/datasets/pictures/red.png");
const folder = mkdtempSync(join(tmpdir(), "messages-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function put(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** What loading one case of our own says. */
async function told(testCase: object): Promise<string> {
  const path = put("case.jsonl", JSON.stringify({ id: "a", ...testCase }));
  const error: unknown = await loadDataset(path).catch((reason: unknown) => reason);
  return error instanceof Error ? (error.message.replaceAll(folder, "").split("\n")[0] ?? "") : "";
}

const user = (content: unknown): object => ({ role: "user", content });

describe("messages", () => {
  it("are sent with their variables filled in; the system turn is the system text", async () => {
    const dataset = await loadDataset("examples/datasets/messages.yaml");
    const [conversation, file, url] = (await collected(dataset.cases())).map((one) =>
      renderCase(one, { system: "no" }),
    );
    expect(conversation).toEqual({
      prompt: "And cheese?",
      system: "You are a translator.",
      messages: [
        { role: "user", content: "What is bread in French?" },
        { role: "assistant", content: "pain" },
        { role: "user", content: "And cheese?" },
      ],
    });
    expect(file).toMatchObject({
      prompt: "Which colour is this? One word.",
      system: "no",
      messages: [{ content: [{}, { type: "image", media_type: "image/png", data: RED.toString("base64") }] }],
    });
    expect(url?.messages?.[0]?.content[0]).toEqual({ type: "image", url: "https://example.com/chart.png" });
    const turns: TestCase = {
      id: "a",
      messages: [
        { role: "system", content: "Be {{how}}" },
        { role: "user", content: "{{what}}" },
      ],
      variables: { how: "brief", what: "Hi" },
    };
    expect(renderCase(turns)).toEqual({
      prompt: "Hi",
      system: "Be brief",
      messages: [{ role: "user", content: "Hi" }],
    });
    expect(renderPrompt(turns)).toBe("Hi");
    expect(testCases.variables(turns)).toEqual(["how", "what"]);
  });

  it("hold images as data, and data: addresses become data", () => {
    const data = "aGk=";
    const images: TestCase = {
      id: "a",
      messages: [
        {
          role: "user",
          content: [
            { type: "image", url: `data:image/png;base64,${data}` },
            { type: "image", media_type: "image/gif", data },
          ],
        },
      ],
    };
    expect(renderCase(images).messages?.[0]?.content).toEqual([
      { type: "image", media_type: "image/png", data },
      { type: "image", media_type: "image/gif", data },
    ]);
    const unread: TestCase = { id: "a", messages: [{ role: "user", content: [{ type: "image", file: "x.png" }] }] };
    expect(() => renderCase(unread)).toThrow('test case "a": the image x.png was not read');
  });

  it.each<[string, object, string]>([
    ["neither", {}, 'case.jsonl:1:1: missing "prompt", or "messages" in its place'],
    [
      "both",
      { prompt: "p", messages: [user("x")] },
      'messages: a test case has either "prompt" or "messages", not both',
    ],
    ["no turns", { messages: [] }, "messages: expected at least one entry, found an empty list"],
    ["no user", { messages: [{ role: "assistant", content: "x" }] }, "messages: there is no turn of the user"],
    [
      "a late system turn",
      { messages: [user("x"), { role: "system", content: "y" }] },
      "messages[1].role: a system turn can only come first",
    ],
    [
      "an unknown role",
      { messages: [{ role: "usr", content: "y" }] },
      'messages[0].role: expected "system", "user" or "assistant", found "usr"; did you mean "user"?',
    ],
    [
      "an unknown part",
      { messages: [user([{ type: "video", url: "x" }])] },
      'messages[0].content[0].type: expected a part with the type "text" or "image", found "video"',
    ],
    [
      "a misspelt key",
      { messages: [user([{ type: "image", flie: "x" }])] },
      'messages[0].content[0].flie: unknown key "flie"; did you mean "file"?',
    ],
    [
      "an image of nothing",
      { messages: [user([{ type: "image" }])] },
      'messages[0].content[0]: an image needs one of "url", "file" and "data"',
    ],
    [
      "data without a type",
      { messages: [user([{ type: "image", data: "aGk=" }])] },
      'messages[0].content[0]: "data" and "media_type" go together',
    ],
    [
      "an address that is none",
      { messages: [user([{ type: "image", url: "x.png" }])] },
      'messages[0].content[0].url: expected an address that begins with https://, found "x.png"',
    ],
    [
      "a model's image",
      { messages: [user("x"), { role: "assistant", content: [{ type: "image", url: "https://x" }] }] },
      "messages[1].content: only a turn of the user can hold images",
    ],
    [
      "two system texts",
      { prompt: "p", system: "a", config: { system: "b" } },
      "system: the system text is given more than once: system, config.system",
    ],
    [
      "a system text of parts",
      { messages: [{ role: "system", content: [{ type: "text", text: "x" }] }, user("y")] },
      "messages[0].content: the content of a system turn is text",
    ],
    [
      "a variable that is not there",
      { messages: [user([{ type: "text", text: "{{x}}" }])] },
      'messages[0].content[0].text: test case "a" has no variable "x"',
    ],
    [
      "an image that is not there",
      { messages: [user([{ type: "image", file: "none.png" }])] },
      "messages[0].content[0].file: there is no image /none.png",
    ],
  ])("are refused with %s", async (_, testCase, message) => {
    expect(await told(testCase)).toContain(message);
  });
});

describe("image files", () => {
  const asking = (file: string): TestCase => ({
    id: "a",
    messages: [{ role: "user", content: [{ type: "image", file }] }],
  });
  const read = (images: Images, file: string): ReturnType<Images["into"]> =>
    images.into(
      asking(file),
      () => documentWithoutText("a.json", {}),
      (path) => path,
    );

  it("are known by their first bytes, not by their names", async () => {
    put("photo.txt", RED);
    const { testCase, problems } = await read(new Images(folder), "photo.txt");
    expect(problems).toEqual([]);
    expect(testCase.messages?.[0]?.content).toEqual([
      { type: "image", media_type: "image/png", data: RED.toString("base64") },
    ]);
    const types = ["\u0089PNG\r\n\u001a\n", "\u00ff\u00d8\u00ff\u00e0", "GIF89a", "RIFF0000WEBP", "%PDF", ""];
    expect(types.map((bytes) => imageType(Buffer.from(bytes, "latin1")))).toEqual([
      "image/png",
      "image/jpeg",
      "image/gif",
      "image/webp",
      null,
      null,
    ]);
  });

  it("are read once", async () => {
    const images = new Images(folder);
    put("once.png", RED);
    const first = await read(images, "once.png");
    rmSync(join(folder, "once.png"));
    expect(await read(images, "once.png")).toEqual(first);
  });

  it("are refused where they are no image, too large, no file, or of a dataset from elsewhere", async () => {
    put("text.png", "no image");
    truncateSync(put("large.png", RED), 21 * 1024 * 1024);
    const messageOf = async (file: string, from: string | null = folder): Promise<string | undefined> =>
      (await read(new Images(from), file)).problems[0]?.message;
    expect(await messageOf("text.png")).toMatch(/text\.png is no image that can be sent/);
    expect(await messageOf("large.png")).toMatch(/has 21 MB, and 20 MB is the most/);
    expect(await messageOf(".")).toMatch(/is not a file/);
    expect(await messageOf("a\0b")).toMatch(/cannot be read/);
    expect(await messageOf("red.png", null)).toMatch(/a dataset from elsewhere/);
  });

  it("may stand in a document, a list and rows", async () => {
    put("red.png", RED);
    const one = asking("red.png");
    const documents = {
      "d.json": JSON.stringify({ name: "n", version: "1", test_cases: [one] }),
      "l.json": JSON.stringify([one]),
      "r.jsonl": JSON.stringify(one),
    };
    for (const [name, content] of Object.entries(documents)) {
      const cases = await collected((await loadDataset(put(name, content))).cases());
      expect(cases[0]?.messages?.[0]?.content).toMatchObject([{ data: RED.toString("base64") }]);
    }
    const lost = JSON.stringify({ name: "n", version: "1", test_cases: [asking("no.png")] });
    await expect(loadDataset(put("e.json", lost))).rejects.toThrow(/e\.json:1:\d+ test_cases\[0\]\.messages\[0\]/);
  });
});
