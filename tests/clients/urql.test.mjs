// urql: queries over HTTP, subscriptions over graphql-ws or server-sent events, and its normalising cache.

import assert from 'node:assert/strict';
import test from 'node:test';

import { Client, fetchExchange, gql, subscriptionExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import { pipe, toAsyncIterable } from 'wonka';

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

/** Variables whose `after` follows the stream: graphql-ws writes them anew whenever it subscribes again. */
function forward(socket, { query, variables = {} }) {
  let { after } = variables;
  const follow = {
    ...variables,
    get after() {
      return after;
    },
  };
  return {
    subscribe(sink) {
      const unsubscribe = socket.subscribe(
        { query, variables: after === undefined ? variables : follow },
        {
          ...sink,
          error: (error) => sink.error(error),
          complete: () => sink.complete(),
          next(result) {
            after = result.data?.cascades?.cursor ?? after;
            sink.next(result);
          },
        },
      );
      return { unsubscribe };
    },
  };
}

/** A client whose socket is closed when its test ends; `sent` counts its requests over HTTP. */
function connect(t, { port, headers = { authorization }, events = false } = {}) {
  const { socket, sockets, counted, sent } = transports(t, { port, headers });
  const cache = cacheExchange({
    // Effects have no id: they are part of their cascade.
    keys: { ConversationStatusChanged: () => null },
    resolvers: { Query: { conversations: relayPagination() } },
  });
  const subscriptions = subscriptionExchange({
    forwardSubscription: (request) => forward(socket, request),
  });
  const client = new Client({
    url,
    fetch: counted,
    fetchOptions: { headers },
    preferGetMethod: false,
    fetchSubscriptions: events,
    exchanges: events ? [cache, fetchExchange] : [cache, fetchExchange, subscriptions],
  });
  return { client, sent, sockets };
}

const results = (source) => pipe(source, toAsyncIterable);

for (const events of [false, true]) {
  const way = events ? 'server-sent events' : 'a socket';
  test(`a subscription over ${way} shows what happens, in order`, async (t) => {
    const { client } = connect(t, { events });
    const after = await asOf();
    const shown = take(results(client.subscription(CASCADES, { after })), 3);
    const made = [await cascade(), await cascade(), await cascade()];
    assert.deepEqual(
      cursors(await shown),
      made.map(({ cursor }) => cursor),
    );
  });
}

test('a cursor resumes in another client, without a gap or a double', async (t) => {
  let after = await asOf();
  const seen = [];
  const made = [];
  for (let round = 0; round < 2; round++) {
    made.push(await cascade(), await cascade());
    const { client } = connect(t);
    const stream = client.subscription(CASCADES, { after });
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
  const stream = results(client.subscription(CASCADES, { after: await asOf() }));
  const frames = stream[Symbol.asyncIterator]();
  const made = [];
  const seen = [];
  for (let round = 0; round < 3; round++) {
    made.push((await cascade()).cursor);
    seen.push(...cursors([(await frames.next()).value]));
    cut();
  }
  await frames.return();
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
  const watched = results(client.query(query, { id }))[Symbol.asyncIterator]();
  const shown = async () => (await watched.next()).value.data.conversation;
  const before = await shown();
  assert.equal(before.status, 'OPEN');
  const changes = gql`
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
  `;
  const stream = results(client.subscription(changes, { after }))[Symbol.asyncIterator]();
  await Promise.all([close(id), stream.next()]);
  const { status, version } = await shown();
  assert.deepEqual([status, version], ['CLOSED', before.version + 1]);
  assert.equal(sent.requests, 1, 'the first query only');
  await stream.return();
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
  const first = await client.query(query, {}).toPromise();
  const after = first.data.conversations.pageInfo.endCursor;
  const { data } = await client.query(query, { after }).toPromise();
  const ids = data.conversations.edges.map(({ node }) => node.id);
  assert.equal(new Set(ids).size, 4);
});

test('errors have codes, on streams too', async (t) => {
  const { client } = connect(t);
  const codes = ({ error }) => error.graphQLErrors.map(({ extensions }) => extensions.code);
  const refused = await client.query('{ conversations(first: 1000) { totalCount } }', {});
  assert.deepEqual(codes(refused), ['BAD_USER_INPUT']);
  for (const [query, variables, code] of [
    [CASCADES, { after: 'of another log' }, 'BAD_CURSOR'],
    [CASCADES, { after: '0fffffffffffffff' }, 'BAD_CURSOR'],
    ['subscription { noSuchField }', {}, 'GRAPHQL_VALIDATION_FAILED'],
  ]) {
    const [result] = await take(results(client.subscription(query, variables)), 1);
    assert.deepEqual(codes(result), [code]);
  }
});

test('a bad token is told over HTTP and over the socket', async (t) => {
  const { client } = connect(t, { headers: { authorization: 'Bearer wrong' } });
  const { error } = await client.query('{ asOf }', {});
  assert.equal(error.graphQLErrors[0].extensions.code, 'UNAUTHENTICATED');
  const [refused] = await take(results(client.subscription(CASCADES, {})), 1);
  assert.equal(refused.error.networkError.code, 4403);
});
