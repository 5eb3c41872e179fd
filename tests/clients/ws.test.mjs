// graphql-transport-ws, with the client of its authors.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';

import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

import {
  asOf,
  authorization,
  cascade,
  CASCADES,
  post,
  socketUrl,
  take,
  VIEWER,
} from './tandem.mjs';

/** A client that is closed when its test ends. */
function connect(t, options = {}) {
  const client = createClient({
    url: socketUrl,
    webSocketImpl: WebSocket,
    connectionParams: { authorization },
    ...options,
  });
  t.after(() => client.dispose());
  return client;
}

test('a query runs over the socket', async (t) => {
  const results = await take(connect(t).iterate({ query: VIEWER }), 2);
  const [{ data, errors, extensions }] = results;
  assert.deepEqual([results.length, data, errors], [1, await post(VIEWER), undefined]);
  assert.ok(extensions.cost > 0, 'what it cost');
});

test('a mutation runs over the socket', async (t) => {
  const [result] = await take(
    connect(t).iterate({ query: 'mutation { __typename }' }),
    1,
  );
  assert.equal(result.errors, undefined);
  assert.equal(typeof result.data.__typename, 'string');
});

test('a subscription shows what happens, in order', async (t) => {
  const after = await asOf();
  const shown = take(
    connect(t).iterate({ query: CASCADES, variables: { after } }),
    3,
  );
  const made = [await cascade(), await cascade(), await cascade()];
  const results = (await shown).map((result) => result.data.cascades);
  assert.deepEqual(results, made);
});

test('a cursor resumes after a cut, without a gap or a double', async (t) => {
  let after = await asOf();
  const seen = [];
  const made = [];
  for (let round = 0; round < 3; round++) {
    made.push(await cascade(), await cascade());
    const client = connect(t);
    const variables = { after };
    for (const { data } of await take(
      client.iterate({ query: CASCADES, variables }),
      2,
    )) {
      seen.push(data.cascades);
      after = data.cascades.cursor;
    }
    client.terminate();
  }
  assert.deepEqual(seen, made);
});

test('a client whose connection is cut reconnects by itself', async (t) => {
  let sockets = 0;
  const client = connect(t, {
    retryWait: async () => {},
    on: { connected: () => sockets++ },
  });
  const after = await asOf();
  const first = await cascade();
  const stream = client.iterate({ query: CASCADES, variables: { after } });
  assert.deepEqual((await stream.next()).value.data.cascades, first);
  client.terminate();
  // It subscribes again with the same variables, so it is shown the same.
  assert.deepEqual((await stream.next()).value.data.cascades, first);
  await stream.return();
  assert.equal(sockets, 2);
});

test('operations of one socket do not disturb each other', async (t) => {
  const client = connect(t);
  const after = await asOf();
  const subscribe = () => client.iterate({ query: CASCADES, variables: { after } });
  const [one, other] = [subscribe(), subscribe()];
  const first = await cascade();
  assert.deepEqual((await one.next()).value.data.cascades, first);
  assert.deepEqual((await other.next()).value.data.cascades, first);
  await one.return();
  const second = await cascade();
  assert.deepEqual((await other.next()).value.data.cascades, second);
  const [viewer] = await take(client.iterate({ query: VIEWER }), 1);
  assert.equal(typeof viewer.data.viewer.user.id, 'string');
  await other.return();
});

test('what does not fit the schema is an error, and the socket lives on', async (t) => {
  const client = connect(t);
  for (const query of ['{', '{ noSuchField }', 'subscription { noSuchField }']) {
    await assert.rejects(
      take(client.iterate({ query }), 1),
      (errors) => Array.isArray(errors) && typeof errors[0].message === 'string',
    );
  }
  const [viewer] = await take(client.iterate({ query: VIEWER }), 1);
  assert.ok(viewer.data);
});

test('a bad token closes with 4403', async (t) => {
  for (const connectionParams of [{ authorization: 'Bearer wrong' }, {}]) {
    const client = connect(t, { connectionParams, retryAttempts: 0 });
    await assert.rejects(
      take(client.iterate({ query: VIEWER }), 1),
      (event) => event.code === 4403,
    );
  }
});

test('the pings of the client are answered', async (t) => {
  let pongs = 0;
  const client = connect(t, {
    lazy: false,
    keepAlive: 20,
    on: { pong: (received) => received && pongs++ },
  });
  const deadline = Date.now() + 10_000;
  while (pongs < 3 && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await client.dispose();
  assert.ok(pongs >= 3);
});

test('close codes of the protocol', async () => {
  const init = { type: 'connection_init', payload: { authorization } };
  const query = (id) => ({ id, type: 'subscribe', payload: { query: CASCADES } });
  for (const [messages, protocol, code] of [
    [['nonsense'], 'graphql-transport-ws', 4400],
    [[query('1')], 'graphql-transport-ws', 4401],
    [[], 'graphql-ws', 4406],
    [[init, query('1'), query('1')], 'graphql-transport-ws', 4409],
    [[init, init], 'graphql-transport-ws', 4429],
    [[], 'graphql-transport-ws', 4408],
  ]) {
    const socket = new WebSocket(socketUrl, protocol);
    const closed = once(socket, 'close');
    await once(socket, 'open');
    for (const message of messages) {
      socket.send(typeof message === 'string' ? message : JSON.stringify(message));
    }
    assert.equal((await closed)[0], code, `${protocol} ${JSON.stringify(messages)}`);
  }
});
