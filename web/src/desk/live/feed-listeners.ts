import type { FeedSubscription } from '#generated';

type Cascade = FeedSubscription['cascades'];

/** Those who want to hear of every cascade, in order, once the cache has it. */
export class FeedListeners {
  #listeners = new Set<(cascade: Cascade) => void>();

  readonly subscribe = (listener: (cascade: Cascade) => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  tell(cascade: Cascade): void {
    for (const listener of this.#listeners) listener(cascade);
  }
}
