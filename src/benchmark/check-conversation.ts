import { BenchError } from "../core/errors.ts";
import type { ModelRequest } from "../core/request.ts";
import type { PricedTarget } from "./targets.ts";

/** Throws `BenchError("usage")` for a conversation or an image that the API of a target does not take. */
export function requireTaken({ messages }: ModelRequest, { label, takes }: PricedTarget, id: string): void {
  if (messages === undefined || takes === undefined) return;
  const refuse = (what: string, hint: string): BenchError =>
    new BenchError("usage", `test case "${id}" cannot be sent to ${label}: its API takes ${what}`, { hint });
  const leaveOut = "Leave the target out, or take other cases with --category.";
  if (!takes.turns) throw refuse("a prompt and no messages", leaveOut);
  if (takes.images === "any") return;
  const parts = messages.flatMap(({ content }) => (typeof content === "string" ? [] : content));
  const images = parts.filter((part) => part.type === "image");
  if (takes.images === "none" && images.length > 0) throw refuse("no images", leaveOut);
  if (images.some((part) => "url" in part)) {
    throw refuse("images in the request and none by address", "Download the image and give it as a file.");
  }
}
