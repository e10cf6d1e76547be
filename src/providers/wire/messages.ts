import type { ModelRequest, RequestMessage, RequestPart } from "../../core/request.ts";

/** The turns of a request: its messages, or its prompt as the only one. */
export function turnsOf({ prompt, messages }: Pick<ModelRequest, "prompt" | "messages">): readonly RequestMessage[] {
  return messages ?? [{ role: "user", content: prompt }];
}

/** Turns with each part as an API writes it; plain text stays text. */
export function turnsWith<Part>(
  request: Pick<ModelRequest, "prompt" | "messages">,
  partOf: (part: RequestPart) => Part,
): { role: RequestMessage["role"]; content: string | Part[] }[] {
  return turnsOf(request).map(({ role, content }) => ({
    role,
    content: typeof content === "string" ? content : content.map(partOf),
  }));
}

/** A part as OpenAI's chat has it, and those who copied it. */
export function imageUrlPart(part: RequestPart): Readonly<Record<string, unknown>> {
  if (part.type === "text") return { type: "text", text: part.text };
  return { type: "image_url", image_url: { url: imageUrl(part) } };
}

/** An image as an address: its own, or its data as a `data:` URL. */
export function imageUrl(part: Exclude<RequestPart, { type: "text" }>): string {
  return "url" in part ? part.url : `data:${part.media_type};base64,${part.data}`;
}
