import { type Client, createClient } from 'graphql-ws';

/** How the live connection stands. */
export type ConnectionState = 'connecting' | 'live' | 'lost';

const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 10_000;
const PING_MS = 12_000;
const PONG_WITHIN_MS = 5_000;

/**
 * The socket with all live streams. It comes back by itself: graphql-ws subscribes again to what was
 * subscribed, and {@link resumable} streams continue where they were.
 */
export class Connection {
  readonly socket: Client;
  #state: ConnectionState = 'connecting';
  #listeners = new Set<() => void>();
  #over = new AbortController();

  /** @param onRefused What to do when the server no longer accepts the token. */
  constructor(url: string, token: string, onRefused: () => void) {
    let pong: ReturnType<typeof setTimeout> | undefined;
    this.socket = createClient({
      url,
      connectionParams: { authorization: `Bearer ${token}` },
      retryAttempts: Number.POSITIVE_INFINITY,
      retryWait: (retries) => this.#wait(retries),
      keepAlive: PING_MS,
      on: {
        connected: () => this.#show('live'),
        closed: (event) => {
          clearTimeout(pong);
          this.#show('lost');
          if ((event as CloseEvent).code === 4403) onRefused();
        },
        // A connection that broke without a word, as when a laptop wakes up elsewhere.
        ping: (received) => {
          if (!received) pong = setTimeout(() => this.socket.terminate(), PONG_WITHIN_MS);
        },
        pong: (received) => {
          if (received) clearTimeout(pong);
        },
      },
    });
    const { signal } = this.#over;
    window.addEventListener('offline', () => this.#cut(), { signal });
  }

  /** For React's `useSyncExternalStore`, as is {@link Connection.state}. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = (): ConnectionState => this.#state;

  dispose(): void {
    this.#over.abort();
    void this.socket.dispose();
  }

  #cut(): void {
    this.#show('lost');
    this.socket.terminate();
  }

  #show(state: ConnectionState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }

  /** Longer after each failure, and scattered so that a server that comes back is not run over; no longer than until the network is back. */
  #wait(retries: number): Promise<void> {
    const longest = Math.min(FIRST_WAIT_MS * 2 ** retries, LONGEST_WAIT_MS);
    return new Promise((resolve) => {
      const go = () => {
        clearTimeout(timer);
        window.removeEventListener('online', go);
        resolve();
      };
      const timer = setTimeout(go, longest * (0.5 + Math.random() / 2));
      window.addEventListener('online', go);
    });
  }
}

/**
 * Variables whose `after` follows the stream. graphql-ws writes them anew at each attempt, so a
 * subscription that had to be made again asks for what came since, and for nothing twice.
 */
export function resumable<Variables extends object>(variables: Variables) {
  let seen: string | null = null;
  const following: Variables = Object.defineProperty({ ...variables }, 'after', {
    enumerable: true,
    get: () => seen ?? (variables as { after?: string | null }).after ?? null,
  });
  return {
    variables: following,
    passed: (cursor: string | null | undefined) => {
      seen = cursor ?? seen;
    },
  };
}
