// What the suites of the clients with a normalising cache share: their transports, and what is counted of them.

import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

import { socketUrl } from './tandem.mjs';

/**
 * A socket for subscriptions that is closed when its test ends, and a `fetch` for everything else. `sockets.opened` counts
 * connections, `sent.requests` requests. `port` is a proxy's.
 */
export function transports(t, { port, headers }) {
  const target = new URL(socketUrl);
  if (port) target.port = port;
  const sockets = { opened: 0 };
  const socket = createClient({
    url: target.href,
    webSocketImpl: WebSocket,
    connectionParams: headers,
    retryAttempts: Infinity,
    retryWait: async () => {},
    // A token that is refused is refused again.
    shouldRetry: ({ code }) => code !== 4403,
    on: { connected: () => sockets.opened++ },
  });
  t.after(() => socket.dispose());
  const sent = { requests: 0 };
  const counted = (...given) => {
    sent.requests++;
    return fetch(...given);
  };
  return { socket, sockets, counted, sent };
}

/** The cursors of a subscription's results. */
export const cursors = (frames) => frames.map(({ data }) => data.cascades.cursor);
