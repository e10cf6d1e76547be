import type { ApiType } from "../core/api-type.ts";
import type { Quirks } from "../core/quirks.ts";

/** What is known of a provider without any configuration. */
export interface BuiltInProvider {
  readonly type: ApiType | "sim";
  readonly apiKeyEnv: string | null;
  /** Read where the first is not set. */
  readonly otherApiKeyEnv?: string;
  /** The variable of the provider's own SDK that moves it elsewhere. */
  readonly baseUrlEnv: string | null;
  /** Null where each user has an address of their own. */
  readonly baseUrl: string | null;
  /** What is put in where a base URL has no path; the API's own unless given. */
  readonly apiPath?: string;
  readonly defaultModel: string | null;
  /** What the price data calls it; null where they do not know it. */
  readonly priceId: string | null;
  readonly quirks: Quirks;
  /** Whether the server knows `ignore_eos`; it does not unless given. */
  readonly ignoreEos?: boolean;
  /** The page of its documentation. */
  readonly docs: string;
  /** Whether documentation or a recorded answer shows what is said here. */
  readonly confirmed: boolean;
}
