import type { StreamingWireFormat } from "./wire-format.ts";

/**
 * Chat completions at Azure, whose dated API has the deployment in the path and the version in the query. A base URL that
 * ends with `/v1` is that of the undated API, where requests are OpenAI's; one may also name its deployment already.
 * https://learn.microsoft.com/azure/ai-foundry/openai/reference
 */
export function azureChat(chat: StreamingWireFormat, basePath: string, apiVersion: string): StreamingWireFormat {
  if (/\/v1\/?$/.test(basePath)) return chat;
  const named = /\/deployments\/[^/]+\/?$/.test(basePath);
  return {
    ...chat,
    path: ({ model }) =>
      `${named ? "" : `/deployments/${encodeURIComponent(model)}`}/chat/completions?api-version=${apiVersion}`,
  };
}
