import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { COMPLETION, contentOf, failureOf, openaiChannel, plainCall } from "../../../test/support/openai-channel.ts";
import { plainResponse, rawServer } from "../../../test/support/raw-server.ts";
import { certificateFile, plainServer, tlsServer } from "../../../test/support/tls-files.ts";
import { closedAfterTest } from "../../../test/support/servers.ts";
import { explainTls } from "./tls-failure.ts";

const trusting = (name: string) => ({ proxy: null, ca: readFileSync(certificateFile(name), "utf8") });
const answer = plainResponse(200, COMPLETION);

describe("a secure connection", () => {
  it.each(["localhost", "127.0.0.1"])("to %s with a certificate of a named authority works", async (host) => {
    const port = await tlsServer("server", answer);
    const channel = openaiChannel(`https://${host}:${port}`, trusting("ca"));
    expect(contentOf(await channel.send(plainCall()))).toBe("Hello");
  });

  it("to a server whose own certificate is named works, though it signs itself", async () => {
    const port = await tlsServer("self-signed", answer);
    const channel = openaiChannel(`https://localhost:${port}`, trusting("self-signed"));
    expect(contentOf(await channel.send(plainCall()))).toBe("Hello");
  });

  it.each([
    ["server", null, /an authority that is not known here.*ca_file.*NODE_EXTRA_CA_CERTS.*UNABLE_TO_VERIFY_LEAF_SIGN/],
    ["self-signed", null, /its certificate is self-signed; .*ca_file.*DEPTH_ZERO_SELF_SIGNED_CERT/],
    ["expired", "ca", /has expired: the server needs a new one.*CERT_HAS_EXPIRED/],
    ["other-host", "ca", /is for another host: it names other\.test; use one of these in the base URL/],
  ])("to a server with the certificate %s, trusting %s, fails with what to do", async (name, ca, says) => {
    const port = await tlsServer(name, answer);
    const channel = openaiChannel(`https://127.0.0.1:${port}`, ca === null ? undefined : trusting(ca));
    const failed = failureOf(await channel.send(plainCall()));
    expect(failed).toMatchObject({ code: "tls", message: expect.stringMatching(says) });
    expect(failed.message).toContain(`no secure connection to 127.0.0.1:${port}: `);
  });

  it("to a server without TLS fails with the scheme to try", async () => {
    const failed = failureOf(await openaiChannel(`https://127.0.0.1:${await plainServer()}`).send(plainCall()));
    expect(failed).toMatchObject({ code: "tls", message: expect.stringMatching(/speaks no TLS: should .* http:\/\//) });
  });
});

describe("a plain connection to a server that speaks TLS", () => {
  it.each([
    ["nginx", plainResponse(400, "<center>The plain HTTP request was sent to HTTPS port</center>")],
    ["Go", plainResponse(400, "Client sent an HTTP request to an HTTPS server.\n")],
    ["Apache", plainResponse(400, "Reason: You're speaking plain HTTP to an SSL-enabled server port.<br />")],
    ["OpenSSL's alert", "\u0015\u0003\u0001\u0000\u0002\u0002\u0046"],
  ])("fails with the scheme to try where %s tells", async (_of, answered) => {
    const server = closedAfterTest(await rawServer((socket) => socket.end(answered)));
    const failed = failureOf(await openaiChannel(server.url).send(plainCall()));
    expect(failed).toMatchObject({
      code: "tls",
      message: expect.stringMatching(/^127\.0\.0\.1:\d+ speaks TLS: should the base URL begin with https:\/\/\?/),
    });
  });

  it("leaves a refusal alone that says nothing of it", async () => {
    const server = closedAfterTest(await rawServer((socket) => socket.end(plainResponse(400, "{}"))));
    expect(failureOf(await openaiChannel(server.url).send(plainCall())).code).toBe("invalid_request");
  });
});

it("a code that nobody explains is passed on with Node's words", () => {
  expect(explainTls(Object.assign(new Error("odd"), { code: "ERR_SSL_ODD" }), "ERR_SSL_ODD")).toBe("odd, ERR_SSL_ODD");
  expect(explainTls(new Error("8072:error:0A000410:SSL"), "ERR_SSL_ODD")).toBe("ERR_SSL_ODD");
});
