import { X509Certificate } from "node:crypto";
import { BenchError, messageOf } from "../core/errors.ts";
import { textOf, type ReadText } from "./keys.ts";

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * The certificates in PEM in a file that the setting `source` names.
 * Throws `BenchError("config")` when it cannot be read or holds no certificate, or a damaged one: Node would quietly
 * trust nothing then.
 */
export function certificatesIn(path: string, source: string, readText?: ReadText): string {
  const certificates = textOf(path, source, readText).match(CERTIFICATE) ?? [];
  if (certificates.length === 0) {
    throw new BenchError("config", `${path}, the file of ${source}, holds no certificate`, {
      hint: "It must be PEM: -----BEGIN CERTIFICATE----- … To make it of DER: openssl x509 -inform der -in FILE",
    });
  }
  for (const [i, certificate] of certificates.entries()) {
    try {
      void new X509Certificate(certificate);
    } catch (cause) {
      throw new BenchError("config", `certificate ${i + 1} in ${path} is damaged: ${messageOf(cause)}`, {
        hint: "Get the file again, or look at it: openssl x509 -text -in FILE",
        cause,
      });
    }
  }
  return certificates.join("\n");
}
