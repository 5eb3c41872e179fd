import { Client, fetchExchange, mapExchange, subscriptionExchange } from '@urql/core';
import type { Endpoints } from '../../shared/endpoints';
import { bearer } from '../../shared/request';
import { createCache } from './cache';
import { type Connection, resumable } from './connection';

/** The GraphQL client: one normalising cache over queries, mutations and live streams. */
export function createApi(endpoints: Endpoints, token: string, connection: Connection, onRefused: () => void): Client {
  return new Client({
    url: endpoints.http,
    preferGetMethod: false,
    fetchOptions: { headers: bearer(token) },
    exchanges: [
      mapExchange({
        onError(error) {
          if (error.graphQLErrors.some(({ extensions }) => extensions['code'] === 'UNAUTHENTICATED')) onRefused();
        },
      }),
      createCache(),
      fetchExchange,
      subscriptionExchange({ forwardSubscription: (request) => forward(connection, request) }),
    ],
  });
}

interface Request {
  readonly query?: string | undefined;
  readonly variables?: object | undefined;
}

interface Result {
  readonly data?: Record<string, unknown> | null;
}

interface Sink {
  next(result: never): void;
  error(error: unknown): void;
  complete(): void;
}

/** Subscribes over the socket; streams of cascades are resumed behind the last one that came. */
function forward(connection: Connection, { query = '', variables = {} }: Request) {
  const stream = resumable(variables);
  const payload = { query, variables: ('after' in variables ? stream.variables : variables) as Record<string, unknown> };
  return {
    subscribe(sink: Sink) {
      const unsubscribe = connection.socket.subscribe(payload, {
        next(result) {
          const cascade = (result as Result).data?.['cascades'] as { cursor?: string } | undefined;
          stream.passed(cascade?.cursor);
          sink.next(result as never);
        },
        error: (failure) => sink.error(failure),
        complete: () => sink.complete(),
      });
      return { unsubscribe };
    },
  };
}
