import { messageOf } from "../../core/errors.ts";
import type { WireFailure } from "../wire/wire-format.ts";

const named = (certificate: string): string =>
  `if that is meant to be so, save ${certificate} as a PEM file and name it in the provider's ca_file, or in NODE_EXTRA_CA_CERTS`;
const UNKNOWN = `its certificate is of an authority that is not known here (a private one, a company's proxy, or the server leaves out an intermediate certificate); ${named("the authority's certificate")}`;
const NO_TLS = "what listens there speaks no TLS: should the base URL begin with http://?";

/** What each of OpenSSL's and Node's codes means, and what to do. */
const EXPLAINED: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: `its certificate is self-signed; ${named("it")}`,
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN,
  CERT_UNTRUSTED: UNKNOWN,
  CERT_SIGNATURE_FAILURE:
    "its certificate is not signed by the authority it names; is the authority's certificate the right one?",
  CERT_HAS_EXPIRED:
    "its certificate, or one above it, has expired: the server needs a new one; if it has one, check this machine's clock",
  CERT_NOT_YET_VALID: "its certificate is not valid yet: check this machine's clock",
  CERT_REVOKED: "its certificate was revoked: the server needs a new one",
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS,
  ERR_SSL_HTTP_REQUEST: NO_TLS,
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: "the server speaks only a version of TLS that is too old or too new for Node",
  ERR_SSL_UNSUPPORTED_PROTOCOL: "the server speaks only a version of TLS that is too old for Node",
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: "the server wants a client certificate, which this tool has none of",
};

/** What nginx, Go and Apache answer in plain HTTP to a request in plain HTTP where they speak TLS. */
const WANTS_TLS = /plain HTTP request was sent to HTTPS|HTTP request to an HTTPS server|plain HTTP to an SSL-enabled/i;

/** The failure of a plain request that a server refused because it speaks TLS; null for any other refusal. */
export function wantsTls(host: string, status: number, answer: string): WireFailure | null {
  const said = status === 400 ? WANTS_TLS.exec(answer) : null;
  return said === null ? null : { code: "tls", message: speaksTls(host, `it answered 400, "${said[0]}"`) };
}

/** Says which scheme to try, the evidence at the end. */
export const speaksTls = (host: string, evidence: string): string =>
  `${host} speaks TLS: should the base URL begin with https://? (${evidence})`;

/** Whether the bytes are a TLS alert: what OpenSSL may answer to anything that is no handshake. */
export const isTlsAlert = (bytes: unknown): boolean => typeof bytes === "string" && bytes.startsWith("\u0015\u0003");

/** What went wrong with a secure connection and what to do about it, the system's own words at the end. */
export function explainTls(error: unknown, code: string): string {
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return `its certificate is for another host: ${wrongHost(error)}`;
  const explained = EXPLAINED[code] ?? (code === "EPROTO" ? NO_TLS : null);
  // The messages of OpenSSL itself are a line of numbers, and the code says the same.
  const detail = code === "" || /:error:|\n/.test(messageOf(error)) ? code : `${messageOf(error)}, ${code}`;
  return explained === null ? detail : `${explained} (${detail})`;
}

/** Node keeps the certificate beside its error; its names are `DNS:a.test, IP Address:10.0.0.1`. */
function wrongHost(error: unknown): string {
  const names = error instanceof Error && "cert" in error ? namesOf(error.cert) : null;
  if (names === null) return messageOf(error);
  return `it names ${names}; use one of these in the base URL, or give the server a certificate for its name`;
}

function namesOf(certificate: unknown): string | null {
  if (typeof certificate !== "object" || certificate === null || !("subjectaltname" in certificate)) return null;
  const { subjectaltname } = certificate;
  if (typeof subjectaltname !== "string") return null;
  return subjectaltname.replaceAll(/\b(DNS|IP Address):/g, "").slice(0, 300);
}
