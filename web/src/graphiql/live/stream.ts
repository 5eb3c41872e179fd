import type { Client } from 'graphql-ws';
import { closedWords, isClosed } from '../close-event';
import document from './cascades.graphql?raw';
import type { Cascade } from './types';

/** How the stream stands. `lost` connects again by itself, `ended` does not. */
export type State = 'connecting' | 'live' | 'paused' | 'lost' | 'ended';

/** What the pane shows; a new object after each change. */
export interface Snapshot {
  readonly state: State;
  /** Newest first. */
  readonly cascades: readonly Cascade[];
  /** Why the stream was lost or ended. */
  readonly problem: string | null;
}

/** The pane is for looking at what just happened; the audit log has the rest. */
const KEPT = 100;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

/** Socket close codes that another attempt with the same token would only meet again. */
const FINAL_CLOSE_CODES = [4400, 4401, 4403, 4406];

/**
 * The account's cascades, followed across pauses and lost connections: each attempt continues
 * after the last cursor that arrived, so nothing is missed and nothing comes twice.
 */
export class LiveStream {
  #snapshot: Snapshot = { state: 'paused', cascades: [], problem: null };
  #listeners = new Set<() => void>();
  #attempt: AbortController | null = null;
  #socket: Client;
  #connected = false;
  #after: string | null;

  /** @param after Where to begin: the cursor that the replay starts behind, or null for now. */
  constructor(socket: Client, after: string | null) {
    this.#socket = socket;
    this.#after = after;
    // The socket may be open already, for a subscription in a tab, and then says nothing more.
    socket.on('connected', () => {
      this.#connected = true;
      if (this.#attempt) this.#show({ state: 'live', problem: null });
    });
    socket.on('closed', () => {
      this.#connected = false;
    });
  }

  /** For React's `useSyncExternalStore`, as is {@link LiveStream.snapshot}. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): Snapshot => this.#snapshot;

  /** Follows from the last cursor on. Does nothing if it follows already. */
  start(): void {
    if (this.#attempt) return;
    this.#attempt = new AbortController();
    void this.#follow(this.#attempt.signal);
  }

  /** Stops following and keeps the place. */
  pause(): void {
    this.#attempt?.abort();
    this.#attempt = null;
    this.#show({ state: 'paused', problem: null });
  }

  /** Empties the pane and keeps the place. */
  clear(): void {
    this.#show({ cascades: [] });
  }

  async #follow(signal: AbortSignal): Promise<void> {
    let wait = FIRST_WAIT_MS;
    this.#show({ state: 'connecting', problem: null });
    while (!signal.aborted) {
      const failure = await this.#listen(signal, () => {
        wait = FIRST_WAIT_MS;
      });
      if (signal.aborted) return;
      if (isExpired(failure)) this.#after = null;
      if (isFinal(failure)) {
        this.#attempt = null;
        this.#show({ state: 'ended', problem: explain(failure) });
        return;
      }
      this.#show({ state: 'lost', problem: explain(failure) });
      await pass(wait, signal);
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    }
  }

  /** One subscription, until it fails or is aborted; returns why it ended. */
  #listen(signal: AbortSignal, onProgress: () => void): Promise<unknown> {
    const over = new AbortController();
    const ended = new Promise<unknown>((resolve) => {
      const unsubscribe = this.#socket.subscribe<{ cascades: Cascade }>(
        { query: document, variables: { after: this.#after } },
        {
          next: ({ data, errors }) => {
            if (signal.aborted) return;
            if (data?.cascades) {
              onProgress();
              this.#add(data.cascades);
            } else if (errors) {
              resolve(errors);
              unsubscribe();
            }
          },
          error: resolve,
          complete: () => resolve(null),
        },
      );
      const stop = () => {
        unsubscribe();
        resolve(null);
      };
      signal.addEventListener('abort', stop, { signal: over.signal });
      if (this.#connected) this.#show({ state: 'live', problem: null });
    });
    return ended.finally(() => over.abort());
  }

  #add(cascade: Cascade): void {
    this.#after = cascade.cursor;
    const cascades = [cascade, ...this.#snapshot.cascades].slice(0, KEPT);
    this.#show({ state: 'live', problem: null, cascades });
  }

  #show(change: Partial<Snapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change };
    for (const listener of this.#listeners) listener();
  }
}

/** The extension codes of GraphQL errors, none of anything else. */
function codes(failure: unknown): string[] {
  if (!Array.isArray(failure)) return [];
  return failure.map((error: { extensions?: { code?: string } }) => error.extensions?.code ?? '');
}

function isExpired(failure: unknown): boolean {
  return codes(failure).includes('CURSOR_EXPIRED');
}

/** Another attempt helps against a lost connection, a lagging reader and an expired cursor only. */
function isFinal(failure: unknown): boolean {
  if (isClosed(failure)) return FINAL_CLOSE_CODES.includes(failure.code);
  const known = codes(failure);
  return known.length > 0 && !known.includes('LAGGED') && !known.includes('CURSOR_EXPIRED');
}

function explain(failure: unknown): string {
  if (isClosed(failure)) return closedWords(failure);
  if (Array.isArray(failure)) return failure.map((error: { message: string }) => error.message).join('; ');
  if (failure instanceof Error) return failure.message;
  return failure === null ? 'The server ended the stream' : 'The server cannot be reached';
}

/** Lets time pass, or less of it if the signal comes first. */
function pass(milliseconds: number, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  const passed = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    const stop = () => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener('abort', stop, { signal: over.signal });
  });
  return passed.finally(() => over.abort());
}
