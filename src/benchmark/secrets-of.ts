import type { Environment } from "../config/environment.ts";
import type { ResolvedTarget } from "../config/resolve.ts";
import type { Network } from "../core/network.ts";
import { looksLikeKey } from "../core/looks-like-key.ts";
import type { RequestParameters } from "../core/request.ts";
import { addressSecrets, meant } from "../core/shown-address.ts";

/** Header names whose values are no secrets. */
const OPEN_HEADER =
  /^(accept|content-type|user-agent|anthropic-version|anthropic-beta|openai-organization|openai-project|x-title|http-referer)$/i;

/** What of a target may hold a secret. */
type Secretive = Pick<ResolvedTarget, "apiKey" | "headers" | "baseUrl"> & {
  readonly network?: Network;
  readonly parameters?: RequestParameters;
  /** Code of the user's own, which is given the whole environment. */
  readonly bridge?: { readonly env: Environment } | null;
};

/** Header values that may be a key, of requests whose parameters these are. */
export function headerSecrets(headers: Readonly<Record<string, string>> = {}): string[] {
  return Object.entries(headers).flatMap(([name, value]) => (OPEN_HEADER.test(name) ? [] : secretParts(value)));
}

/** Everything about targets that must never be written anywhere: keys, headers that may hold one, passwords in URLs and of proxies. */
export function secretsOf(targets: readonly Secretive[]): string[] {
  return targets.flatMap(({ apiKey, headers, baseUrl, network, parameters, bridge }) => [
    ...(apiKey === null ? [] : [apiKey]),
    ...headerSecrets(headers),
    ...headerSecrets(parameters?.headers),
    ...(baseUrl === null ? [] : urlSecrets(baseUrl)),
    ...(network === undefined ? [] : proxySecrets(network)),
    ...environmentSecrets(bridge?.env ?? {}),
  ]);
}

/** The credentials as they are sent, and what they stand for; a user without a password is a token. */
function proxySecrets({ proxy }: Network): string[] {
  const [, encoded] = /^Basic (.+)$/.exec(proxy?.authorization ?? "") ?? [];
  if (encoded === undefined) return [];
  return [encoded, passwordIn(encoded)];
}

function passwordIn(encoded: string): string {
  const [, user = "", password = ""] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, "base64").toString()) ?? [];
  return password === "" ? user : password;
}

/** A header's whole value, what follows its scheme (`Bearer KEY`), and the password within it (`Basic dTpw`). */
function secretParts(value: string): string[] {
  const [, scheme = "", credentials] = /^(\S+) +(.+)$/.exec(value.trim()) ?? [];
  if (credentials === undefined) return [value];
  return [value, credentials, ...(/^basic$/i.test(scheme) ? [passwordIn(credentials)] : [])];
}

/** Gateways take a key as a part of the path. */
function urlSecrets(baseUrl: string): string[] {
  const path = new URL(baseUrl).pathname.split("/").filter((part) => looksLikeKey(meant(part)));
  return [...addressSecrets(baseUrl), ...path.flatMap((part) => [part, meant(part)])];
}

/** Variables that are called like a secret. */
const SECRET_VARIABLE = /(?:^|_)(?:API_?)?(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASS|PAT)(?:_ID)?$/i;
/** Longer values of such variables are no word of a setting. */
const LONGEST_WORD = 15;

/** Keys and passwords in variables, which code of the user's own may repeat. */
function environmentSecrets(env: Environment): string[] {
  return Object.entries(env).flatMap(([name, value = ""]) => {
    if (value.includes("://")) return addressSecrets(value);
    return SECRET_VARIABLE.test(name) && (looksLikeKey(value) || isLongAndNoPath(value)) ? value : [];
  });
}

const isLongAndNoPath = (value: string): boolean => value.length > LONGEST_WORD && !/^[~.]{0,2}\//.test(value);
