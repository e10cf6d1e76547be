const SECRET = "[secret]";
/** Names of parameters of a URL whose values are secret. */
const SECRET_NAME = /key|token|secret|sig|pass|pwd|auth|cred|jwt|session/i;

/**
 * An address as it may be shown and recorded: without its user and password, and without the values of parameters that
 * are called like a secret (`token`, `sig`, `X-Amz-Credential`). Takes text that is not a valid URL as well.
 */
export function shownAddress(address: string): string {
  return address
    .replace(loginOf(address), `$1${SECRET}@`)
    .replaceAll(/([?&#;])([^=&#;]*)=([^&#;]+)/g, (whole, before: string, name: string) =>
      SECRET_NAME.test(name) ? `${before}${name}=${SECRET}` : whole,
    );
}

/** What stands before the host. A password that is not encoded may hold what ends it: such an address is not valid. */
function loginOf(address: string): RegExp {
  return URL.canParse(address) ? /^([a-z][a-z0-9+.-]*:\/\/|\/\/)[^/?#]*@/i : /^([a-z][a-z0-9+.-]*:\/\/|\/\/)[^]*@/i;
}

/**
 * What of an address is secret, as it is written and as it is meant: its password (a user without one is a token), the
 * values of its secret parameters, and user and password as they are sent. Of an address that is not valid, what stands between its user and the last `@`.
 */
export function addressSecrets(address: string): string[] {
  if (!URL.canParse(address)) {
    const [, user = "", password = user] = /^[a-z][a-z0-9+.-]*:\/\/([^:]*?)(?::([^]*))?@[^@]*$/i.exec(address) ?? [];
    return password === "" ? [] : [password];
  }
  const { username, password, searchParams, hash } = new URL(address);
  const [user, word] = [meant(username), meant(password)];
  const named = [...searchParams, ...new URLSearchParams(hash.slice(1))].filter(([name]) => SECRET_NAME.test(name));
  const secrets = [
    ...(user === "" ? [] : [password === "" ? user : word, btoaOf(`${user}:${word}`), `//${username}:${password}@`]),
    ...(user === "" && word !== "" ? [word] : []),
    ...named.map(([, value]) => value),
  ];
  return [...new Set(secrets.filter((secret) => secret !== ""))];
}

/** A text as it was before percent-encoding; one that is not encoded stands for itself. */
export function meant(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

const btoaOf = (text: string): string => Buffer.from(text).toString("base64");
