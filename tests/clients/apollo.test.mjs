// Apollo Client: queries over HTTP, subscriptions over graphql-ws, and its normalising cache.

import assert from 'node:assert/strict';
import test from 'node:test';

import {
  ApolloClient,
  ApolloLink,
  CombinedGraphQLErrors,
  gql,
  HttpLink,
  InMemoryCache,
} from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { relayStylePagination } from '@apollo/client/utilities';
import { tap } from 'rxjs';
import WebSocket from 'ws';

import { cursors, transports } from './normalising.mjs';
import { proxy } from './proxy.mjs';
import {
  asOf,
  authorization,
  cascade,
  CASCADES,
  close,
  conversation,
  take,
  url,
} from './tandem.mjs';

// Apollo's link looks at the constants of the browser's class; node has it from version 22 on.
globalThis.WebSocket ??= WebSocket;

const cascades = gql(CASCADES);

/** Variables whose `after` follows the stream: graphql-ws writes them anew whenever it subscribes again. */
const resume = new ApolloLink((operation, forward) => {
  let { after } = operation.variables;
  if (after === undefined) return forward(operation);
  operation.variables = {
    ...operation.variables,
    get after() {
      return after;
    },
  };
  const remember = tap(({ data }) => (after = data?.cascades?.cursor ?? after));
  return forward(operation).pipe(remember);
});

/** A client that is stopped when its test ends; `sent` counts its requests over HTTP. */
function connect(t, { port, headers = { authorization } } = {}) {
  const { socket, sockets, counted, sent } = transports(t, { port, headers });
  const client = new ApolloClient({
    cache: new InMemoryCache({
      typePolicies: {
        Query: {
          fields: { conversations: relayStylePagination(['filter', 'orderBy']) },
        },
      },
    }),
    link: ApolloLink.split(
      ({ operationType }) => operationType === 'subscription',
      resume.concat(new GraphQLWsLink(socket)),
      new HttpLink({ uri: url, headers, fetch: counted }),
    ),
  });
  t.after(() => client.stop());
  return { client, sent, sockets };
}

/** An observable's results, for `take`; what it has not shown when it is left is dropped. */
async function* results(observable) {
  const waiting = [];
  let wake = () => {};
  const put = (item) => {
    waiting.push(item);
    wake();
  };
  const subscription = observable.subscribe({
    next: (value) => put({ value }),
    error: (error) => put({ error }),
    complete: () => put({ done: true }),
  });
  try {
    for (;;) {
      while (waiting.length === 0) await new Promise((resolve) => (wake = resolve));
      const { value, error, done } = waiting.shift();
      if (error) throw error;
      if (done) return;
      yield value;
    }
  } finally {
    subscription.unsubscribe();
  }
}

/** Whether it is a GraphQL error with this code. */
const coded = (code) => (error) =>
  CombinedGraphQLErrors.is(error) && error.errors[0].extensions.code === code;

test('a subscription shows what happens, in order', async (t) => {
  const { client } = connect(t);
  const after = await asOf();
  const stream = client.subscribe({ query: cascades, variables: { after } });
  const shown = take(results(stream), 3);
  const made = [await cascade(), await cascade(), await cascade()];
  assert.deepEqual(
    cursors(await shown),
    made.map(({ cursor }) => cursor),
  );
});

test('a cursor resumes in another client, without a gap or a double', async (t) => {
  let after = await asOf();
  const seen = [];
  const made = [];
  for (let round = 0; round < 2; round++) {
    made.push(await cascade(), await cascade());
    const stream = connect(t).client.subscribe({ query: cascades, variables: { after } });
    seen.push(...cursors(await take(results(stream), 2)));
    after = seen.at(-1);
  }
  assert.deepEqual(
    seen,
    made.map(({ cursor }) => cursor),
  );
});

test('a stream whose connection is cut goes on by itself behind its last frame', async (t) => {
  const { port, cut } = await proxy(t, url);
  const { client, sockets } = connect(t, { port });
  const after = await asOf();
  const stream = results(client.subscribe({ query: cascades, variables: { after } }));
  const made = [];
  const seen = [];
  for (let round = 0; round < 3; round++) {
    made.push((await cascade()).cursor);
    seen.push(...cursors([(await stream.next()).value]));
    cut();
  }
  await stream.return();
  assert.deepEqual(seen, made);
  assert.equal(sockets.opened, 3);
});

test('a frame updates what other queries show, without a request', async (t) => {
  const { client, sent } = connect(t);
  const { id } = await conversation();
  const after = await asOf();
  const query = gql`
    query ($id: ID!) {
      conversation(id: $id) {
        id
        status
        version
      }
    }
  `;
  const watched = results(
    client.watchQuery({ query, variables: { id }, notifyOnNetworkStatusChange: false }),
  );
  const shown = async () => {
    for (;;) {
      const { data } = (await watched.next()).value;
      if (data) return data.conversation;
    }
  };
  const before = await shown();
  assert.equal(before.status, 'OPEN');
  const frames = results(
    client.subscribe({
      query: gql`
        subscription ($after: Cursor) {
          cascades(after: $after) {
            id
            effects {
              index
              subject {
                ... on Conversation {
                  id
                  status
                  version
                }
              }
            }
          }
        }
      `,
      variables: { after },
    }),
  );
  await close(id);
  await frames.next();
  const { status, version } = await shown();
  assert.deepEqual([status, version], ['CLOSED', before.version + 1]);
  assert.equal(sent.requests, 1, 'the first query only');
  await frames.return();
  await watched.return();
});

test('Relay pagination merges pages in the cache', async (t) => {
  const { client } = connect(t);
  for (let made = 0; made < 3; made++) await conversation();
  const query = gql`
    query ($after: String) {
      conversations(first: 2, after: $after) {
        edges {
          cursor
          node {
            id
          }
        }
        pageInfo {
          endCursor
          hasNextPage
        }
      }
    }
  `;
  const pages = client.watchQuery({ query });
  const watched = pages.subscribe({});
  const { endCursor } = (await pages.refetch()).data.conversations.pageInfo;
  await pages.fetchMore({ variables: { after: endCursor } });
  const { edges } = client.readQuery({ query }).conversations;
  watched.unsubscribe();
  assert.equal(edges.length, 4);
  assert.equal(new Set(edges.map(({ node }) => node.id)).size, 4);
});

test('errors have codes, on streams too', async (t) => {
  const { client } = connect(t);
  await assert.rejects(
    client.query({ query: gql('{ conversations(first: 1000) { totalCount } }') }),
    coded('BAD_USER_INPUT'),
  );
  for (const [query, variables, code] of [
    [cascades, { after: 'of another log' }, 'BAD_CURSOR'],
    [cascades, { after: '0fffffffffffffff' }, 'BAD_CURSOR'],
    [gql('subscription { noSuchField }'), {}, 'GRAPHQL_VALIDATION_FAILED'],
  ]) {
    const [{ data, error }] = await take(results(client.subscribe({ query, variables })), 2);
    assert.ok(coded(code)(error), `${code}: ${error}`);
    assert.equal(data, undefined);
  }
});

test('a bad token is told over HTTP and over the socket', async (t) => {
  const { client } = connect(t, { headers: { authorization: 'Bearer wrong' } });
  await assert.rejects(
    client.query({ query: gql('{ asOf }') }),
    coded('UNAUTHENTICATED'),
  );
  const [{ error }] = await take(results(client.subscribe({ query: cascades })), 1);
  assert.match(error.message, /4403/);
});
