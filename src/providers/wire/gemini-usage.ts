import type { ModalityTokens, Usage } from "../../core/response.ts";
import { countAt, fieldsAt, isFields, listAt, type Fields } from "./fields.ts";
import { saidUsage, sumOf } from "./usage.ts";

/**
 * The usage of an answer or a chunk. Gemini counts thoughts beside the candidates, and a tool's own prompt beside the
 * prompt; a zero is left out. Without a count of candidates the total tells what the output was.
 */
export function geminiUsage(response: Fields): Usage | null {
  const usage = response["usageMetadata"];
  if (!isFields(usage)) return null;
  const candidates = countAt(usage, "candidatesTokenCount");
  const thoughts = countAt(usage, "thoughtsTokenCount");
  const toolPrompt = countAt(usage, "toolUsePromptTokenCount") ?? 0;
  const prompt = sumOf(countAt(usage, "promptTokenCount"), toolPrompt);
  const output = sumOf(candidates ?? 0, thoughts ?? 0);
  const stated = countAt(usage, "totalTokenCount");
  // Gemini's documentation leaves a tool's prompt out of the total; what it sends has it.
  const leavesOut = toolPrompt > 0 && stated !== null && sumOf(stated, toolPrompt) === sumOf(prompt, output);
  const total = leavesOut ? sumOf(stated, toolPrompt) : stated;
  return saidUsage({
    prompt,
    completion: candidates === null && (thoughts === null || total !== null) ? null : output,
    total,
    reasoning: thoughts,
    cached: countAt(usage, "cachedContentTokenCount"),
    modalities: modalitiesIn(usage),
    webSearches: searchesIn(response),
  });
}

function modalitiesIn(usage: Fields): ModalityTokens {
  const [cached, completion] = ["cacheTokensDetails", "candidatesTokensDetails"] as const;
  const prompt = ["promptTokensDetails", "toolUsePromptTokensDetails"];
  return {
    prompt_audio: tokensOf(usage, prompt, AUDIO),
    prompt_image: tokensOf(usage, prompt, IMAGE),
    prompt_video: tokensOf(usage, prompt, VIDEO),
    ...(listAt(usage, cached).length > 0 && {
      cached_audio: tokensOf(usage, [cached], AUDIO),
      cached_image: tokensOf(usage, [cached], IMAGE),
      cached_video: tokensOf(usage, [cached], VIDEO),
    }),
    completion_audio: tokensOf(usage, [completion], AUDIO),
    completion_image: tokensOf(usage, [completion], IMAGE),
    completion_video: tokensOf(usage, [completion], VIDEO),
  };
}

/** Pages of a document are read as images. */
const [AUDIO, IMAGE, VIDEO] = [["AUDIO"], ["IMAGE", "DOCUMENT"], ["VIDEO"]] as const;

const tokensOf = (usage: Fields, keys: readonly string[], modalities: readonly unknown[]): number =>
  keys
    .flatMap((key) => listAt(usage, key))
    .filter(({ modality }) => modalities.includes(modality))
    .reduce((sum, detail) => sumOf(sum, countAt(detail, "tokenCount") ?? 0) ?? sum, 0);

/** Google bills no empty query: https://ai.google.dev/gemini-api/docs/google-search */
function searchesIn(response: Fields): number {
  const queries = listAt(response, "candidates").map(
    (candidate) => fieldsAt(candidate, "groundingMetadata")["webSearchQueries"],
  );
  return queries.flat().filter((query) => typeof query === "string" && query !== "").length;
}
