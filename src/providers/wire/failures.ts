import type { FailureCode } from "../../core/failure.ts";

const BY_STATUS: Readonly<Record<number, FailureCode>> = {
  401: "auth",
  402: "quota",
  403: "permission",
  404: "not_found",
  408: "server_error",
  409: "server_error",
  // What TGI answers when generation broke.
  424: "server_error",
  425: "server_error",
  429: "rate_limited",
  503: "overloaded",
  529: "overloaded",
};

/** What an HTTP status alone says. */
export function codeOfStatus(status: number): FailureCode {
  return BY_STATUS[status] ?? (status >= 500 ? "server_error" : "invalid_request");
}

/** The first of the patterns that a message matches decides; APIs distinguish these cases in words only. */
export function codeOfMessage(message: string): FailureCode | null {
  if (
    /context (length|window|size)|prompt is too long|request too large for|maximum (context|prompt length)|too many (input )?tokens|token count .*exceeds|tokens.{0,5}\+.{0,5}max_new_tokens.{0,5}must be/i.test(
      message,
    )
  ) {
    return "context_length";
  }
  if (/credit balance is too low|exceeded your current quota|insufficient[_ ](quota|credits|balance)/i.test(message)) {
    return "quota";
  }
  if (/content[ _](filter|management|policy)/i.test(message)) return "content_filter";
  return null;
}

/** What a refusal's status and words say together: only where a request may be too much are the words asked. */
export function codeOfRefusal(status: number, message: string): FailureCode {
  const worded = status === 400 || status === 413 || status === 422 || status === 429 ? codeOfMessage(message) : null;
  return worded ?? codeOfStatus(status);
}

const MESSAGE_LIMIT = 600;

/** A server's message fit for a line of a log: one line, not endless. */
export function tidyMessage(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > MESSAGE_LIMIT ? `${line.slice(0, MESSAGE_LIMIT)}…` : line;
}

/** A refusal whose body is not of the API's shape: the status decides, the text is shown. */
export function statusOnly(status: number, text: string): { code: FailureCode; message: string } {
  return { code: codeOfStatus(status), message: tidyMessage(text) || `HTTP ${status} without a message` };
}
