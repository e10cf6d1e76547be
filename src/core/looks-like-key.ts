/** How keys of providers begin. */
const PREFIX =
  /^(sk|pk|rk|gsk|xai|hf|r8|fw|csk|pplx|nvapi|ghp|glpat|key|api|token|secret|AIza|ya29\.|eyJ)[-_]?(?=[\w.-]{12})/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** So many letters and digits in a row are no word, no version and no date. */
const RUN = /[A-Za-z0-9]{16,}/g;

/**
 * Whether a word is rather a key than a name: it begins as keys do, is a UUID, or has a long run of letters and digits
 * mixed. Names of models and paths of APIs are not.
 */
export function looksLikeKey(word: string): boolean {
  if (UUID.test(word)) return true;
  if (PREFIX.test(word) && /\d|[A-Z]/.test(word)) return true;
  return [...word.matchAll(RUN)].some(([run]) => /\d/.test(run) && /[A-Za-z]/.test(run));
}

/** Keys whose prefix names whose they are, and JSON Web Tokens: no other word of a message begins like that. */
const UNMISTAKABLE =
  /\b(?:(?:sk|rk|pk|gsk|xai|hf|r8|fw|csk|pplx|nvapi|ghp|glpat)[-_](?=[\w-]*\d)[\w-]{16,}|AIza[\w-]{30,}|eyJ[\w-]{16,}\.[\w.-]+)/g;
/** Where the word that follows is a key: `--api-key X`, `TOKEN=X`, `"password": "X"`, `Authorization: Bearer X`. */
const NAMED =
  /(?:api[-_]?key|access[-_]?key|[-_]key|token|secret|passw(?:or)?d|bearer|basic)["']?(?:\s*[:=]\s*|\s+)["']?([^\s"'$]+)/gi;

/** A text without the keys that nobody could take for anything else, wherever they came from. */
export function withoutKeys(text: string): string {
  return text.replaceAll(UNMISTAKABLE, "[secret]");
}

/** Whether a command line has a key written into it, instead of the variable that holds it. */
export function holdsKey(command: string): boolean {
  return withoutKeys(command) !== command || [...command.matchAll(NAMED)].some(([, word = ""]) => looksLikeKey(word));
}
