/** What a subscription that runs in a tab has brought so far; a new object after each item. */
export interface Received {
  /** How many since it began. */
  readonly count: number;
  /** The last ones, oldest first, each as JSON in one line. */
  readonly lines: readonly string[];
}

const NONE: Received = { count: 0, lines: [] };
const KEPT = 50;

/** Remembers the items of the tab's subscription: GraphiQL itself shows only the latest. */
export class ItemLog {
  #received = NONE;
  #listeners = new Set<() => void>();

  /** For React's `useSyncExternalStore`, as is {@link ItemLog.snapshot}. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): Received => this.#received;

  /** Another operation runs now. */
  restart(): void {
    if (this.#received !== NONE) this.#show(NONE);
  }

  add(item: unknown): void {
    const { count, lines } = this.#received;
    this.#show({ count: count + 1, lines: [...lines, JSON.stringify(item)].slice(-KEPT) });
  }

  #show(received: Received): void {
    this.#received = received;
    for (const listener of this.#listeners) listener();
  }
}
