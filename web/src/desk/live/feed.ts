import type { Client, CombinedError } from '@urql/core';
import { FeedDocument, type FeedSubscription } from '#generated';

interface Handlers {
  readonly onCascade: (cascade: FeedSubscription['cascades']) => void;
  /** The log no longer reaches back to where the stream broke off. */
  readonly onExpired: () => void;
}

const AGAIN_AFTER_MS = 1_000;

/**
 * Follows all cascades of the account from a position on; the cache applies each before the handler hears of
 * it. A lost connection is the socket's matter. If the server ends the stream itself, because this browser
 * read too slowly, it is continued behind the last cascade.
 * @returns what ends it.
 */
export function followFeed(client: Client, after: string, handlers: Handlers): () => void {
  let last = after;
  let over = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stop = () => {};

  const follow = () => {
    const { unsubscribe } = client.subscription(FeedDocument, { after: last }).subscribe(({ data, error, hasNext }) => {
      if (over) return;
      if (data) {
        last = data.cascades.cursor ?? last;
        handlers.onCascade(data.cascades);
      }
      if (error && hasCode(error, 'CURSOR_EXPIRED')) handlers.onExpired();
      else if (error || hasNext === false) again();
    });
    stop = unsubscribe;
  };
  const again = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      stop();
      follow();
    }, AGAIN_AFTER_MS);
  };
  follow();
  return () => {
    over = true;
    clearTimeout(timer);
    stop();
  };
}

function hasCode(error: CombinedError, code: string): boolean {
  return error.graphQLErrors.some(({ extensions }) => extensions['code'] === code);
}
