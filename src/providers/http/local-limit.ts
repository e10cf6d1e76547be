import { closeSync, openSync } from "node:fs";
import { devNull, networkInterfaces } from "node:os";
import { systemCodeOf } from "../../core/errors.ts";

/** What this machine has run out of, by Node's codes, whatever the peer is. */
const BY_CODE: Readonly<Record<string, string>> = {
  EMFILE: "file descriptors",
  ENFILE: "file descriptors",
  ENOMEM: "memory",
  ENOBUFS: "memory",
  EAI_MEMORY: "memory",
  ERR_MEMORY_ALLOCATION_FAILED: "memory",
  // On connect, what Windows and macOS answer when no port is left. Nothing here asks for a port of its own choice.
  EADDRINUSE: "ports",
  EADDRNOTAVAIL: "ports",
  EAGAIN: "ports, processes or memory",
};

/** A resolver that can open neither its files nor a socket answers as if the host did not exist. */
const LOOK_UPS: ReadonlySet<string> = new Set(["ENOTFOUND", "EAI_AGAIN", "EAI_FAIL", "EAI_NODATA"]);

/** What a look-up opens at most, with those that run beside it: four threads, a few files and sockets each. */
const DESCRIPTORS_OF_LOOK_UPS = 16;

/** What a decision about this machine depends on. */
export interface Machine {
  /** Whether so many more descriptors can be opened. */
  hasDescriptors(count: number): boolean;
  /** Whether an address of this machine could reach that one. */
  hasAddressFor(address: string): boolean;
}

/** The machine that this process runs on. Asked on failures only: an answer takes up to 0.2 ms. */
export const THIS_MACHINE: Machine = {
  hasDescriptors(count) {
    const opened: number[] = [];
    try {
      while (opened.length < count) opened.push(openSync(devNull, "r"));
      return true;
    } catch {
      return false;
    } finally {
      for (const descriptor of opened) closeSync(descriptor);
    }
  },
  hasAddressFor(address) {
    if (address === "") return true;
    const family = address.includes(":") ? "IPv6" : "IPv4";
    const isLoopback = address === "::1" || address.startsWith("127.");
    return Object.values(networkInterfaces())
      .flatMap((of) => of ?? [])
      .some((own) => own.family === family && own.internal === isLoopback && !own.address.startsWith("fe80:"));
  },
};

/**
 * What this machine ran out of, if an error says that it did: descriptors, ports or memory. Null for every failure that is
 * the peer's, the network's or a setting's.
 */
export function localLimitIn(error: unknown, machine: Machine = THIS_MACHINE): string | null {
  // Of several addresses, one that could not be tried for want of something here says nothing of the server.
  if (error instanceof AggregateError && error.errors.length > 0) {
    const limits = error.errors.map((each: unknown) => localLimitIn(each, machine));
    return limits.find((limit) => limit !== null) ?? null;
  }
  const code = systemCodeOf(error) ?? "";
  if (LOOK_UPS.has(code)) return machine.hasDescriptors(DESCRIPTORS_OF_LOOK_UPS) ? null : "file descriptors";
  if (code === "EADDRNOTAVAIL" && !machine.hasAddressFor(addressIn(error))) return null;
  return BY_CODE[code] ?? null;
}

function addressIn(error: unknown): string {
  return typeof error === "object" && error !== null && "address" in error && typeof error.address === "string"
    ? error.address
    : "";
}
