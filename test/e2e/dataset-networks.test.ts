import { describe, expect, it } from "vitest";
import { runCli, tempDir, type CliResult } from "../support/cli.ts";
import { proxyServer } from "../support/proxy-server.ts";
import { plainResponse } from "../support/raw-server.ts";
import { certificateFile, tlsServer } from "../support/tls-files.ts";

const PASSWORD = "pass word-of-proxy";
const ROWS = "id,prompt\na,Hi\n";

/** Checks a dataset at an address whose host only a proxy knows. */
function validated(env: Readonly<Record<string, string>>, address = "https://api.test/cases.csv"): Promise<CliResult> {
  const trusted = { NODE_EXTRA_CA_CERTS: certificateFile("ca") };
  return runCli(["datasets", "validate", address], { cwd: tempDir(), env: { ...trusted, ...env } });
}

describe("a dataset at an address", () => {
  it("is fetched through HTTPS_PROXY, whose password stands nowhere", async () => {
    const port = await tlsServer("server", plainResponse(200, ROWS));
    const proxy = await proxyServer({ port, wants: `Basic ${btoa(`user:${PASSWORD}`)}` });
    const withUser = proxy.url.replace("//", `//user:${encodeURIComponent(PASSWORD)}@`);
    const { code, stdout, stderr } = await validated({ HTTPS_PROXY: withUser });
    expect(stderr).not.toContain("error");
    expect(stdout).toMatch(/^https:\/\/api\.test\/cases\.csv: valid, cases \w+ with 1 case\n$/);
    expect(code).toBe(0);
    expect(proxy.requests.map(({ target }) => target)).toEqual(["api.test:443"]);
    expect(stdout + stderr).not.toContain(encodeURIComponent(PASSWORD));
  });

  it("of the hub goes the same way", async () => {
    const port = await tlsServer("server", plainResponse(200, "{}"));
    const proxy = await proxyServer({ port });
    const hub = { HF_ENDPOINT: "https://api.test", HF_DATASETS_SERVER: "https://api.test" };
    const { code, stderr } = await validated({ https_proxy: proxy.url, ...hub }, "hf:owner/name");
    expect(code).toBe(3);
    expect(stderr).toContain("api.test");
    expect(proxy.requests.map(({ target }) => target)).toEqual(["api.test:443"]);
  });

  it("goes directly where NO_PROXY names its host", async () => {
    const proxy = await proxyServer({ port: 1 });
    const { code } = await validated({ HTTPS_PROXY: proxy.url, NO_PROXY: "invalid" }, "https://no.such.invalid/a.csv");
    expect(code).toBe(3);
    expect(proxy.requests).toEqual([]);
  });

  it("is told of with the variable to correct where the proxy does not let it through", async () => {
    const refusing = await proxyServer({ port: 1, wants: "Basic x" });
    const refused = await validated({ HTTPS_PROXY: refusing.url });
    expect(refused.code).toBe(3);
    expect(refused.stderr).toMatch(/cases\.csv cannot be fetched: .*407[^]*hint: HTTPS_PROXY names the proxy\./);
    const nobody = await validated({ HTTPS_PROXY: "http://127.0.0.1:1" });
    expect(nobody.stderr).toMatch(/cannot connect to the proxy http:\/\/127\.0\.0\.1:1/);
    const wrong = await validated({ HTTPS_PROXY: "socks5://proxy:1080" });
    expect(wrong.stderr).toContain("HTTPS_PROXY names a proxy of the kind socks5");
  });
});
