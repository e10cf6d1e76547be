import type { WireFailure } from "../wire/wire-format.ts";

/**
 * The failure for a 3xx: it is not followed, since that would hand key and prompt to a host that nobody named.
 * The query of the place is left out; it may hold a token.
 */
export function redirectFailure(status: number, location: string | null, from: string): WireFailure {
  const place = placeOf(location, from);
  if (place === null) {
    return { code: "invalid_request", message: `the server redirects (${status}) without saying where to` };
  }
  const where = `to the host ${place.host}: ${place.origin}${place.pathname}`.slice(0, 500);
  return {
    code: "invalid_request",
    message: `the server redirects (${status}) ${where}; redirects are not followed, since the key would go along: if you trust that place, make it the base URL`,
  };
}

function placeOf(location: string | null, from: string): URL | null {
  try {
    return location === null ? null : new URL(location, from);
  } catch {
    return null;
  }
}
