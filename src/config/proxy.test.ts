import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BenchError } from "../core/errors.ts";
import { bypassesProxy } from "./no-proxy.ts";
import { describeProxy, proxyFor } from "./proxy.ts";

const OPENAI = "https://api.openai.com/v1";

describe("the proxy for a URL", () => {
  it.each([
    [OPENAI, { HTTPS_PROXY: "http://p:1" }, "http://p:1", "HTTPS_PROXY"],
    [OPENAI, { https_proxy: "http://low:1", HTTPS_PROXY: "http://up:1" }, "http://low:1", "https_proxy"],
    [OPENAI, { HTTP_PROXY: "http://p:1" }, null, null],
    ["http://h/v1", { HTTP_PROXY: "http://p:1", HTTPS_PROXY: "http://q:1" }, "http://p:1", "HTTP_PROXY"],
    ["http://h/v1", { HTTPS_PROXY: "http://q:1" }, null, null],
    ["http://h/v1", { all_proxy: "http://a:1" }, "http://a:1", "all_proxy"],
    [OPENAI, { ALL_PROXY: "http://a:1", HTTPS_PROXY: " " }, "http://a:1", "ALL_PROXY"],
    [OPENAI, { HTTPS_PROXY: "p.corp:3128" }, "http://p.corp:3128", "HTTPS_PROXY"],
    [OPENAI, { HTTPS_PROXY: "https://p.corp" }, "https://p.corp", "HTTPS_PROXY"],
    [OPENAI, { HTTPS_PROXY: "http://[fd00::1]:3128/" }, "http://[fd00::1]:3128", "HTTPS_PROXY"],
    [OPENAI, { HTTPS_PROXY: "http://p:1", NO_PROXY: "openai.com" }, null, null],
    [OPENAI, { HTTPS_PROXY: "http://p:1", NO_PROXY: "*" }, null, null],
    [OPENAI, { HTTPS_PROXY: "http://p:1", no_proxy: "other.com", NO_PROXY: "*" }, "http://p:1", "HTTPS_PROXY"],
    ["http://127.0.0.1:8000/v1", { ALL_PROXY: "http://p:1" }, null, null],
    ["http://[::1]:8000/v1", { ALL_PROXY: "http://p:1" }, null, null],
    ["http://localhost/v1", { ALL_PROXY: "socks5://p:1" }, null, null],
    [OPENAI, {}, null, null],
  ])("%s with %j is %s", (url, env, proxy, source) => {
    const found = proxyFor(env, url);
    expect([found?.url ?? null, found?.source ?? null]).toEqual([proxy, source]);
  });

  it("takes its credentials out of the variable and shows them nowhere", () => {
    const proxy = proxyFor({ HTTPS_PROXY: "http://user:pa%3Ass%20w%40@p:3128" }, OPENAI);
    expect(proxy?.authorization).toBe(`Basic ${btoa("user:pa:ss w@")}`);
    if (proxy === null) throw new Error("no proxy");
    expect(describeProxy(proxy)).toBe("http://p:3128 (HTTPS_PROXY, with credentials)");
    expect(describeProxy({ ...proxy, authorization: null })).toBe("http://p:3128 (HTTPS_PROXY)");
    expect(proxyFor({ HTTPS_PROXY: "http://user:50%@p" }, OPENAI)?.authorization).toBe(`Basic ${btoa("user:50%")}`);
  });

  it.each([
    ["socks5://me:secret-word@p:1080", /names a proxy of the kind socks5/, /NO_PROXY/],
    ["http://me:secret-word@:3128", /HTTPS_PROXY is not the URL of a proxy/, /%XX/],
    ["http://me:secret/word@p:3128", /HTTPS_PROXY is not the URL of a proxy/, /%XX/],
    ["http://", /HTTPS_PROXY is not the URL of a proxy/, /http:\/\/host:port/],
  ])("that cannot be used is an error that does not repeat it: %s", (text, message, hint) => {
    try {
      proxyFor({ HTTPS_PROXY: text }, OPENAI);
    } catch (error) {
      if (!(error instanceof BenchError)) throw error;
      expect(error).toMatchObject({ code: "config", message: expect.stringMatching(message) });
      expect(error.hint).toMatch(hint);
      expect(error.message + (error.hint ?? "")).not.toMatch(/secret.?word/);
      return;
    }
    throw new Error("nothing was thrown");
  });
});

describe("NO_PROXY", () => {
  it.each([
    ["example.com", "example.com", true],
    ["example.com", "api.example.com", true],
    ["example.com", "notexample.com", false],
    [".example.com", "api.example.com", true],
    [".example.com", "example.com", true],
    ["*.example.com", "a.b.example.com", true],
    ["EXAMPLE.com.", "api.Example.COM", true],
    ["example.com:8443", "example.com", false],
    ["example.com:443", "example.com", true],
    ["*:443", "any.where", true],
    ["a.test, b.test\tc.test", "c.test", true],
    [" , ,", "a.test", false],
    ["10.0.0.0/8", "10.1.2.3", true],
    ["10.0.0.0/8", "11.1.2.3", false],
    ["10.0.0.0/8:443", "10.1.2.3", true],
    ["10.0.0.0/8:80", "10.1.2.3", false],
    ["10.1.2.3", "10.1.2.3", true],
    ["10.1.2.3:443", "10.1.2.3", true],
    ["2.3", "10.1.2.3", false],
    ["fd00::/8", "[fd12::1]", true],
    ["fd12::1", "[fd12:0::1]", true],
    ["[fd12::1]:443", "[fd12::1]", true],
    ["[fd12::1]:80", "[fd12::1]", false],
    ["10.0.0.0/99", "10.1.2.3", false],
    ["nonsense/8", "10.1.2.3", false],
    [".", "a.test", false],
  ])("%s has %s: %s", (list, host, expected) => {
    expect(bypassesProxy(list, { host, port: 443 })).toBe(expected);
  });

  it("of any text is read without an error", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (list, host) => {
        expect(typeof bypassesProxy(list, { host, port: 443 })).toBe("boolean");
      }),
    );
  });
});
