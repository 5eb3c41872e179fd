// GraphQL over HTTP: every audit of the public suite, its recommendations included.

import assert from 'node:assert/strict';
import test from 'node:test';

import { serverAudits } from 'graphql-http';

import { authorization, url } from './tandem.mjs';

const audits = serverAudits({
  url,
  fetchFn: (target, init = {}) =>
    fetch(target, { ...init, headers: { ...init.headers, authorization } }),
});

test('no audit is left out', () => assert.equal(audits.length, 61));

for (const audit of audits) {
  test(`${audit.id} ${audit.name}`, async () => {
    const result = await audit.fn();
    assert.equal(result.status, 'ok', result.reason);
  });
}

test('without a token it is a 401', async () => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ __typename }' }),
  });
  assert.equal(response.status, 401);
  const { errors } = await response.json();
  assert.equal(errors[0].extensions.code, 'UNAUTHENTICATED');
});
