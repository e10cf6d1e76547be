import { BlockList, isIP } from "node:net";

/** Where a request goes, as far as proxies are concerned. */
export interface Address {
  /** As in a URL's `hostname`, an IPv6 address in its brackets or without. */
  readonly host: string;
  readonly port: number;
}

/**
 * Whether a list as in `NO_PROXY` has this address. Entries are separated by commas or white space, and each may end
 * in `:port`: `*` is every host, `example.com`, `.example.com` and `*.example.com` are that host and all below it,
 * `10.1.2.3` and `[::1]` one address, `10.0.0.0/8` a range.
 */
export function bypassesProxy(list: string, { host, port }: Address): boolean {
  const name = bareHost(host);
  return list.split(/[\s,]+/).some((entry) => {
    if (entry === "") return false;
    const { pattern, port: onlyPort } = splitPort(entry.toLowerCase());
    return (onlyPort === null || onlyPort === port) && matches(pattern, name);
  });
}

/** Whether a host is this machine, which no proxy can reach. */
export function isLoopback(host: string): boolean {
  const name = bareHost(host);
  return name === "localhost" || name.endsWith(".localhost") || name === "::1" || inRange("127.0.0.0/8", name);
}

function bareHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, "$1")
    .replace(/\.$/, "");
}

function splitPort(entry: string): { pattern: string; port: number | null } {
  const [, bracketed, named, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(entry) ?? [];
  // An IPv6 address without brackets has colons of its own, and no port.
  const pattern = bracketed ?? named ?? entry;
  return { pattern, port: port === undefined ? null : Number(port) };
}

function matches(pattern: string, name: string): boolean {
  if (pattern === "*") return true;
  if (pattern.includes("/")) return inRange(pattern, name);
  if (isIP(name) !== 0) return isIP(pattern) !== 0 && inRange(`${pattern}/${isIP(pattern) === 4 ? 32 : 128}`, name);
  const suffix = pattern.replace(/^\*?\./, "").replace(/\.$/, "");
  return suffix !== "" && (name === suffix || name.endsWith(`.${suffix}`));
}

function inRange(range: string, name: string): boolean {
  const [network = "", prefix = ""] = range.split("/");
  const family = isIP(network);
  const length = Number(prefix);
  if (family === 0 || isIP(name) === 0 || !/^\d+$/.test(prefix) || length > (family === 4 ? 32 : 128)) return false;
  const block = new BlockList();
  block.addSubnet(network, length, family === 4 ? "ipv4" : "ipv6");
  return block.check(name, isIP(name) === 4 ? "ipv4" : "ipv6");
}
