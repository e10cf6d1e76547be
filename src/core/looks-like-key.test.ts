import { expect, it } from "vitest";
import { looksLikeKey } from "./looks-like-key.ts";

it.each([
  "sk-0123456789ab",
  "sk-proj-AbCdEfGhIjKl",
  "gsk_AbCdEfGhIjKlMnOp",
  "AIzaSyAbCdEfGhIjKlMnOp",
  "0123456789abcdef0123456789abcdef",
  "123e4567-e89b-12d3-a456-426614174000",
  "tenant-9f8e7d6c5b4a39281706",
  "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
])("takes %s for a key", (word) => expect(looksLikeKey(word)).toBe(true));

it.each([
  "v1",
  "v1beta",
  "openai",
  "chat-completions",
  "gpt-4o-mini-2024-07-18",
  "Meta-Llama-3.1-405B-Instruct",
  "publishers",
  "us-central1-aiplatform",
  "my-project-123456",
  "api-gateway-production",
  "key-value-store-service",
  "20241128123456789",
  "SomeVeryLongCamelCaseName",
])("takes %s for a name", (word) => expect(looksLikeKey(word)).toBe(false));
