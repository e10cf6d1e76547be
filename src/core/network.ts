/** A proxy that requests go through. */
export interface ProxyServer {
  /** `http://host:port` or `https://host:port`, without credentials: fit for messages. */
  readonly url: string;
  /** The value of `proxy-authorization`, which is a secret; null when its URL held no user. */
  readonly authorization: string | null;
  /** The variable that names it. */
  readonly source: string;
}

/** What lies between this client and a server. */
export interface Network {
  /** Null for a direct connection. */
  readonly proxy: ProxyServer | null;
  /** Certificates in PEM of authorities to trust besides those that Node trusts; null for no others. */
  readonly ca: string | null;
}

/** A direct connection with the authorities that Node trusts. */
export const DIRECT: Network = { proxy: null, ca: null };
