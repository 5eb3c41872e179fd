// GraphQL over server-sent events, with the client of its authors and with plain requests.

import assert from 'node:assert/strict';
import test from 'node:test';

import { createClient, NetworkError } from 'graphql-sse';

import {
  asOf,
  authorization,
  cascade,
  CASCADES,
  post,
  take,
  url,
  VIEWER,
} from './tandem.mjs';

/** A client that is closed when its test ends. */
function connect(t, options = {}) {
  const client = createClient({ url, headers: { authorization }, ...options });
  t.after(() => client.dispose());
  return client;
}

test('a query is a stream of one result', async (t) => {
  const results = await take(connect(t).iterate({ query: VIEWER }), 2);
  const [{ data, errors, extensions }] = results;
  assert.deepEqual([results.length, data, errors], [1, await post(VIEWER), undefined]);
  assert.ok(extensions.cost > 0, 'what it cost');
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

test('what does not fit the schema is told in the stream', async (t) => {
  const client = connect(t);
  for (const query of ['{', '{ noSuchField }', 'subscription { noSuchField }']) {
    const [result] = await take(client.iterate({ query }), 1);
    assert.equal(typeof result.errors[0].message, 'string');
    assert.equal(result.data, undefined);
  }
});

test('a bad token is a 401', async (t) => {
  const client = connect(t, {
    headers: { authorization: 'Bearer wrong' },
    retryAttempts: 0,
  });
  await assert.rejects(
    take(client.iterate({ query: VIEWER }), 1),
    (error) => error instanceof NetworkError && error.response.status === 401,
  );
});

/** The events of a stream, as a browser's EventSource would read them. */
async function* events(headers, variables) {
  const target = new URL(url);
  target.searchParams.set('query', CASCADES);
  target.searchParams.set('variables', JSON.stringify(variables));
  const stop = new AbortController();
  const response = await fetch(target, {
    headers: { authorization, accept: 'text/event-stream', ...headers },
    signal: stop.signal,
  });
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type'), /^text\/event-stream/);
  let text = '';
  try {
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const parts = text.split('\n\n');
      text = parts.pop();
      for (const part of parts) {
        const lines = part.split('\n').map((line) => /^(\w+): ?(.*)$/.exec(line));
        const event = Object.fromEntries(
          lines.filter(Boolean).map(([, name, value]) => [name, value]),
        );
        if (event.event) yield event;
      }
    }
  } finally {
    stop.abort();
  }
}

test('Last-Event-ID resumes after a cut, without a gap or a double', async () => {
  const variables = { after: await asOf() };
  const made = [await cascade(), await cascade(), await cascade()];
  const [first] = await take(events({}, variables), 1);
  assert.equal(first.event, 'next');
  assert.equal(first.id, made[0].cursor);
  assert.deepEqual(JSON.parse(first.data).data.cascades, made[0]);
  // A browser asks again with the same address, `after` included: the id of the last event is the later one.
  const rest = await take(events({ 'last-event-id': first.id }, variables), 2);
  const shown = rest.map((event) => JSON.parse(event.data).data.cascades);
  assert.deepEqual(shown, made.slice(1));
});
