import type { ModelRequest, RequestPart } from "../core/request.ts";

/** The texts that a request sends: its system text, and its prompt or those of its turns. */
export function requestTexts(request: ModelRequest): string[] {
  const { prompt, messages, system } = request;
  const asked =
    messages === undefined ? [prompt] : partsOf(request).flatMap((part) => ("text" in part ? part.text : []));
  return system === undefined ? asked : [system, ...asked];
}

/** Whether a request sends images; how many tokens one takes differs from model to model. */
export function hasImages(request: ModelRequest): boolean {
  return partsOf(request).some(({ type }) => type === "image");
}

function partsOf({ messages = [] }: ModelRequest): RequestPart[] {
  return messages.flatMap(({ content }): readonly RequestPart[] =>
    typeof content === "string" ? [{ type: "text", text: content }] : content,
  );
}
