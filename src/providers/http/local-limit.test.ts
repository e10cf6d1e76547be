import { describe, expect, it } from "vitest";
import { clientFailure } from "../bridges/client-failure.ts";
import { localLimitIn, THIS_MACHINE, type Machine } from "./local-limit.ts";
import { networkFailure } from "./network-failure.ts";
import { ProxyUnreachable } from "./open-socket.ts";

const systemError = (code: string, more: object = {}): Error =>
  Object.assign(new Error(`connect ${code} 127.0.0.1:80`), { code, syscall: "connect", ...more });

const machine = (has: { descriptors?: boolean; addresses?: boolean } = {}): Machine => ({
  hasDescriptors: () => has.descriptors ?? true,
  hasAddressFor: () => has.addresses ?? true,
});

const BEFORE_SENDING = { sent: false, anyByte: false, fresh: true, streaming: true, sinceSentMs: 0 };
const INSIDE = { sent: true, anyByte: true, fresh: true, streaming: true, sinceSentMs: 100 };
const codeOf = (error: unknown, progress = BEFORE_SENDING): string => networkFailure(error, progress, "host:80").code;

describe("running out of something on this machine", () => {
  it.each(["EMFILE", "ENFILE", "EADDRNOTAVAIL", "EADDRINUSE", "EAGAIN", "ENOMEM", "ENOBUFS", "EAI_MEMORY"])(
    "%s is a local limit, before and inside an answer, direct, through a proxy and in another client",
    (code) => {
      const error = systemError(code);
      expect(codeOf(error)).toBe("local_limit");
      expect(codeOf(error, INSIDE)).toBe("local_limit");
      expect(codeOf(new ProxyUnreachable("http://proxy:3128", { cause: error }))).toBe("local_limit");
      expect(clientFailure(new Error("fetch failed", { cause: error }))?.code).toBe("local_limit");
    },
  );

  it("names what ran out, and Node's own words", () => {
    const { message } = networkFailure(systemError("EMFILE"), BEFORE_SENDING, "host:80");
    expect(message).toBe("this machine ran out of file descriptors: connect EMFILE 127.0.0.1:80");
    const unbound = Object.assign(new Error("connect EMFILE 127.0.0.1:80 - Local (undefined:undefined)"), {
      code: "EMFILE",
    });
    expect(networkFailure(unbound, BEFORE_SENDING, "host:80").message).toBe(message);
  });

  it("is why a host seems unknown when the resolver could open nothing", () => {
    for (const code of ["ENOTFOUND", "EAI_AGAIN", "EAI_FAIL"]) {
      const error = systemError(code);
      expect(localLimitIn(error, machine({ descriptors: false }))).toBe("file descriptors");
      expect(localLimitIn(error, machine())).toBeNull();
    }
  });

  it("is not what an address family says that this machine does not have", () => {
    const error = systemError("EADDRNOTAVAIL", { address: "::1" });
    expect(localLimitIn(error, machine({ addresses: false }))).toBeNull();
    expect(localLimitIn(error, machine())).toBe("ports");
  });

  it("decides for a host with several addresses when one of them could not be tried", () => {
    const refused = systemError("ECONNREFUSED");
    const out = systemError("EADDRNOTAVAIL", { address: "127.0.0.1" });
    expect(codeOf(Object.assign(new AggregateError([refused, out]), { code: "ECONNREFUSED" }))).toBe("local_limit");
    expect(codeOf(Object.assign(new AggregateError([refused, refused]), { code: "ECONNREFUSED" }))).toBe("refused");
  });

  it("is seen on this machine as it is", () => {
    expect(THIS_MACHINE.hasDescriptors(4)).toBe(true);
    expect(THIS_MACHINE.hasDescriptors(10_000_000)).toBe(false);
    expect(THIS_MACHINE.hasAddressFor("127.0.0.1")).toBe(true);
    expect(THIS_MACHINE.hasAddressFor("")).toBe(true);
  });
});

describe("a name that cannot be looked up", () => {
  it("is dns either way, and may pass only when the resolver asks to try again", () => {
    const again = networkFailure(systemError("EAI_AGAIN"), BEFORE_SENDING, "gpu.test");
    const unknown = networkFailure(systemError("ENOTFOUND"), BEFORE_SENDING, "gpu.test");
    expect([again.code, again.temporary]).toEqual(["dns", true]);
    expect([unknown.code, unknown.temporary]).toEqual(["dns", undefined]);
  });

  it("may pass as well when it is the proxy's, or when another client says so", () => {
    const error = systemError("EAI_AGAIN");
    const proxy = networkFailure(new ProxyUnreachable("http://proxy:3128", { cause: error }), BEFORE_SENDING, "h");
    expect([proxy.code, proxy.temporary]).toEqual(["proxy", true]);
    expect(clientFailure(new Error("fetch failed", { cause: error }))).toMatchObject({ code: "dns", temporary: true });
  });
});
