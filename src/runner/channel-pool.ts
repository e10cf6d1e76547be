import type { Channel, Provider } from "../core/provider.ts";

/** The channels of one target: a request takes a free one, or a new one where there is none. */
export class ChannelPool {
  readonly #provider: Provider;
  readonly #free: Channel[] = [];
  readonly #all: Channel[] = [];

  constructor(provider: Provider) {
    this.#provider = provider;
  }

  /** The one that was given back last: its connection is the least likely to have been closed by the server. */
  take(): Channel {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    const opened = this.#provider.openChannel();
    this.#all.push(opened);
    return opened;
  }

  give(channel: Channel): void {
    this.#free.push(channel);
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((channel) => channel.close()));
  }
}
