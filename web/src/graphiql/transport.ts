import type { GraphiQL } from 'graphiql';
import { type Client, createClient } from 'graphql-ws';
import type { ComponentProps } from 'react';
import type { Endpoints } from '../shared/endpoints';
import { bearer, type Operation, send } from '../shared/request';
import { chosenOperation } from './chosen-operation';
import { closedWords, isClosed } from './close-event';
import { ItemLog } from './item-log';

type Fetcher = ComponentProps<typeof GraphiQL>['fetcher'];
/** GraphiQL declares the errors of a response as class instances, but only prints them. */
type Result = ReturnType<Fetcher>;

/** How GraphiQL and the live pane reach the server. */
export interface Transport {
  /** Sends queries and mutations over HTTP, subscriptions over the socket. */
  readonly fetcher: Fetcher;
  /** What the subscription of the open tab has brought. */
  readonly items: ItemLog;
  /** The socket; it is open only while something is subscribed. */
  readonly socket: Client;
}

/** Connects with a token. Dispose of the socket when the token changes. */
export function createTransport(endpoints: Endpoints, token: string): Transport {
  const items = new ItemLog();
  const socket = createClient({
    url: endpoints.socket,
    connectionParams: { authorization: `Bearer ${token}` },
    // Repeating a subscription as it was would lose what came in between: whoever subscribes
    // resumes from the last cursor it saw, or shows that the connection was lost.
    retryAttempts: 0,
  });
  const fetcher: Fetcher = (params, options) => {
    const { operation, definition } = chosenOperation(params);
    // GraphiQL asks for the schema without a document.
    if (options?.documentAST) items.restart();
    if (definition?.operation === 'subscription') {
      return subscribe(socket, operation, items) as Result;
    }
    const headers = { ...bearer(token), ...options?.headers };
    return send(endpoints.http, operation, headers).catch(rethrow) as Result;
  };
  return { fetcher, items, socket };
}

async function* subscribe(socket: Client, operation: Operation, items: ItemLog) {
  const results = socket.iterate({
    query: operation.query,
    variables: operation.variables ?? null,
    operationName: operation.operationName ?? null,
  });
  try {
    for await (const result of results) {
      items.add(result.errors ?? result.data);
      yield result;
    }
  } catch (failure) {
    rethrow(failure);
  }
}

/**
 * Throws what GraphiQL shows well: of an error it prints the stack too, and of a close event nothing.
 */
function rethrow(failure: unknown): never {
  if (isClosed(failure)) throw { message: closedWords(failure) };
  throw failure instanceof Error ? { message: failure.message } : failure;
}
