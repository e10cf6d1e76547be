/** A machine's names for itself: 127.0.0.0/8, `localhost` and `[::1]`, each with or without a port. */
const LOOPBACK = /^(127(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}|localhost|\[::1\])$/i;

/** Whether a request whose `Host` header this is gets an answer. */
export type HostCheck = (host: string | undefined) => boolean;

/**
 * Answers only requests for a loopback name, so that no web page can reach the simulator under a name of its own
 * (DNS rebinding); `allowed` names more, and `*` any.
 */
export function hostCheck(allowed: readonly string[]): HostCheck {
  if (allowed.includes("*")) return () => true;
  const names = new Set(allowed.map((name) => name.toLowerCase()));
  // The same few come with every request.
  let last: string | null = null;
  return (host) => {
    if (host === last) return true;
    const name = (host ?? "").replace(/:\d*$/, "");
    if (!LOOPBACK.test(name) && !names.has(name.toLowerCase())) return false;
    last = host ?? null;
    return true;
  };
}
