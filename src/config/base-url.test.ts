import { describe, expect, it } from "vitest";
import type { ApiType } from "../core/api-type.ts";
import { endpointOf } from "../providers/apis.ts";
import { API_BASE_PATHS, completeBaseUrl } from "./base-url.ts";

function completed(text: string, type: ApiType, apiPath?: string): { url: string; notices: string[] } {
  const notices: string[] = [];
  const url = completeBaseUrl(text, "base_url", { type, apiPath, notice: (message) => notices.push(message) });
  return { url, notices };
}

const TYPES = Object.keys(API_BASE_PATHS).filter((type): type is ApiType => type !== "sim");

describe("a base URL", () => {
  it.each(TYPES)("that is a whole endpoint of %s is corrected, so that requests go to just that endpoint", (type) => {
    for (const root of ["http://host", "http://host/v1", "http://host/gateway/v1beta"]) {
      const endpoint = endpointOf(type, root, "m").replace(/\?.*/, "");
      for (const written of [endpoint, `${endpoint}/`]) {
        const { url, notices } = completed(written, type);
        expect(url).toBe(root);
        expect(notices).toEqual([expect.stringMatching(/^base_url ends in \/.*: the base URL is http:\/\/host/)]);
      }
    }
  });

  it("that names another endpoint of OpenAI's, or of Ollama's or Gemini's, is corrected as well", () => {
    expect(completed("http://host/v1/responses", "openai").url).toBe("http://host/v1");
    expect(completed("http://host/v1/chat/completions", "openai-embeddings").url).toBe("http://host/v1");
    expect(completed("http://host/api/generate", "ollama").url).toBe("http://host/api");
    expect(completed("http://host/v1beta/models/g:streamGenerateContent", "google").url).toBe("http://host/v1beta");
    const azure = "https://a.openai.azure.com/openai/deployments/d";
    expect(completed(`${azure}/chat/completions`, "openai", "/openai").url).toBe(azure);
  });

  it("that is one is left as it is, without a word", () => {
    for (const text of [
      "http://host/v1",
      "http://host/chat",
      "http://host/messages",
      "http://host/v1/completions-api",
    ]) {
      expect(completed(text, "openai")).toEqual({ url: text, notices: [] });
    }
    expect(completed("http://host", "anthropic")).toEqual({ url: "http://host/v1", notices: [] });
    expect(completed("http://host", "openai", "")).toEqual({ url: "http://host", notices: [] });
  });
});
