import { expect, it } from "vitest";
import { redirectFailure } from "./redirect.ts";

it.each([
  [
    "https://elsewhere.test:8443/v1/chat?token=secret",
    "to the host elsewhere.test:8443: https://elsewhere.test:8443/v1/chat;",
  ],
  ["//other.test/x", "to the host other.test: http://other.test/x;"],
  ["/login?next=%2F", "to the host api.test:8000: http://api.test:8000/login;"],
  [null, "without saying where to"],
  ["http://", "without saying where to"],
])("a redirect to %s names the host and shows no query", (location, says) => {
  const { code, message } = redirectFailure(307, location, "http://api.test:8000/v1/chat/completions");
  expect(code).toBe("invalid_request");
  expect(message).toContain(`the server redirects (307) ${says}`);
  expect(message).not.toMatch(/secret|next=/);
});

it("a redirect to a place without end is cut", () => {
  expect(redirectFailure(302, `/${"a".repeat(9000)}`, "http://h/").message.length).toBeLessThan(800);
});
