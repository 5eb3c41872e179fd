import { Client, type Exchange, type Operation, type OperationResult } from '@urql/core';
import { describe, expect, it } from 'vitest';
import { filter, makeSubject, map, merge, pipe, tap } from 'wonka';
import { createCache } from '../../src/desk/api/cache';
import { ConversationListDocument, ConversationViewDocument } from '#generated';

const variables = { filter: { status: 'OPEN' as const }, first: 30 };
const row = (id: string, lastActivityAt: string) => ({
  __typename: 'Conversation', id, subject: id, status: 'OPEN', workspace: 'INBOX', version: 1, createdAt: lastActivityAt, lastActivityAt, closedAt: null, trashedAt: null,
  inbox: { __typename: 'Inbox', id: 'inbox_1', name: 'Support' },
  channel: { __typename: 'Channel', id: 'channel_1', kind: 'EMAIL', name: 'E-mail' },
  contact: { __typename: 'Contact', id: `contact_${id}`, name: id, email: null, phone: null },
  owner: null, ticket: null,
  lastMessage: { __typename: 'Message', id: `message_${id}${lastActivityAt}`, kind: 'NOTE', text: 'Hm.', createdAt: lastActivityAt, author: { __typename: 'User', id: 'user_1', name: 'Maja' } },
});

/** A desk's cache behind a server that sends these frames of a live list when it is told to. */
function desk() {
  const frames = makeSubject<OperationResult>();
  let subscription: Operation | null = null;
  const server: Exchange = () => (operations) =>
    merge([
      pipe(
        operations,
        tap((operation) => {
          if (operation.kind === 'subscription') subscription = operation;
        }),
        filter(() => false),
        map((operation) => ({ operation }) as OperationResult),
      ),
      frames.source,
    ]);
  const client = new Client({ url: 'http://tandem.invalid/graphql', exchanges: [createCache(), server], preferGetMethod: false });
  const seen: string[][] = [];
  client.subscription(ConversationViewDocument, variables).subscribe(() => {});
  client.query(ConversationListDocument, variables, { requestPolicy: 'cache-only' }).subscribe(({ data }) => {
    if (data) seen.push(data.conversations.nodes.map(({ id }) => id));
  });
  const send = (frame: object) => {
    if (subscription) frames.next({ operation: subscription, data: { conversationView: frame }, stale: false, hasNext: true });
  };
  return { send, shown: () => seen.at(-1) };
}

describe('a live list in the cache', () => {
  const snapshot = { __typename: 'ConversationViewSnapshot', nodes: [row('a', '3'), row('b', '2'), row('c', '1')], totalCount: 3 };
  const change = (parts: object) => ({ __typename: 'ConversationViewChange', left: [], entered: [], updated: [], totalCount: 3, ...parts });

  it('moves a row to where it is now, also beside a colleague’s message', async () => {
    const { send, shown } = desk();
    send(snapshot);
    await expect.poll(shown).toEqual(['a', 'b', 'c']);
    send(change({ updated: [{ __typename: 'ViewEntry', index: 0, node: row('c', '4') }] }));
    await expect.poll(shown).toEqual(['c', 'a', 'b']);
    send(change({ left: ['a'], entered: [{ __typename: 'ViewEntry', index: 0, node: row('d', '5') }] }));
    await expect.poll(shown).toEqual(['d', 'c', 'b']);
  });
});
