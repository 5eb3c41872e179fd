// What the suites share: where the server is, and how to make something happen on it.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

function required(name) {
  const value = process.env[name];
  assert.ok(value, `${name} is not set; see README.md`);
  return value;
}

export const url = required('TANDEM_URL');
export const token = required('TANDEM_TOKEN');
/** The token that `tandem dev` prints. */
export const demoToken = required('TANDEM_DEMO_TOKEN');
const channel = required('TANDEM_CHANNEL');

export const socketUrl = url.replace(/^http/, 'ws');
export const authorization = `Bearer ${token}`;

export const VIEWER = '{ viewer { user { id } } }';
export const CASCADES =
  'subscription ($after: Cursor) { cascades(after: $after) { id cursor } }';

/** Posts a document and gives its data; throws on errors. */
export async function post(query, variables) {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      authorization,
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
    },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  assert.equal(errors, undefined, JSON.stringify(errors));
  return data;
}

/** The position that a subscription may begin after to miss nothing from now on. */
export async function asOf() {
  return (await post('{ asOf }')).asOf;
}

/** What a contact writes: makes one cascade happen. */
async function receive(threadKey) {
  const data = await post(
    `mutation ($input: ReceiveMessageInput!) {
      receiveMessage(input: $input) { cascade { id cursor } conversation { id status } }
    }`,
    {
      input: {
        channelId: channel,
        threadKey,
        from: { email: 'client@example.com', name: 'Public Client' },
        subject: 'Public clients',
        text: 'One more message.',
      },
    },
  );
  assert.ok(data.receiveMessage.cascade, 'a message is a cascade');
  return data.receiveMessage;
}

/** Makes one cascade happen and gives its id and cursor. */
export async function cascade() {
  return (await receive('public-clients')).cascade;
}

/** A new, open conversation: its id and status. */
export async function conversation() {
  return (await receive(randomUUID())).conversation;
}

/** Closes a conversation and gives its cascade's id and cursor. */
export async function close(conversationId) {
  const { updateConversationStatus } = await post(
    `mutation ($input: UpdateConversationStatusInput!) {
      updateConversationStatus(input: $input) { cascade { id cursor } }
    }`,
    { input: { conversationId, status: 'CLOSED' } },
  );
  assert.ok(updateConversationStatus.cascade, 'closing is a cascade');
  return updateConversationStatus.cascade;
}

/** The first `count` results of an async iterator, whose operation then ends. */
export async function take(iterator, count) {
  const results = [];
  for await (const result of iterator) {
    results.push(result);
    if (results.length === count) break;
  }
  return results;
}
