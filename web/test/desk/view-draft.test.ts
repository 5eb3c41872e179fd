import { describe, expect, it } from 'vitest';
import type { ConversationFilter, ConversationOrder } from '#generated';
import { draftFrom, draftOf, listOf, ORDERS } from '../../src/desk/views/view-draft';

describe('the form of a view', () => {
  it.each<[string, ConversationFilter]>([
    ['everything', {}],
    ['a status', { status: 'CLOSED' }],
    ['nobody’s', { status: 'OPEN', ownerId: null }],
    ['somebody’s', { ownerId: 'user_1' }],
    ['each one’s own', { ownedByMe: true }],
    ['all that an agent can choose', { status: 'OPEN', ownedByMe: true, inboxId: 'inbox_1', hasTicket: false, channel: ['CHAT'] }],
    ['what it has no field for', { status: 'OPEN', contactId: 'contact_1', or: [{ hasTicket: true }, { ownerId: null }], inTrash: true }],
    ['several channels', { channel: ['CHAT', 'EMAIL'] }],
    ['no channel at all', { channel: [] }],
    ['others’', { ownedByMe: false }],
    ['mine and yours at once', { ownedByMe: true, ownerId: 'user_1' }],
    ['not mine, of nobody', { ownedByMe: false, ownerId: null }],
  ])('gives back what it was given: %s', (_name, filter) => {
    expect(listOf(draftOf(filter, undefined)).filter).toEqual(filter);
  });

  it('leaves out what asks for nothing', () => {
    expect(listOf(draftOf({ status: null, inboxId: null, hasTicket: null, contactId: null, ownedByMe: null, channel: null }, undefined)).filter).toEqual({});
  });

  it.each<[ConversationOrder | undefined, ConversationOrder]>([
    [undefined, ORDERS.active],
    [{ field: 'CREATED_AT' }, ORDERS.newest],
    [{ direction: 'ASC' }, ORDERS.quiet],
    ...Object.values(ORDERS).map((order) => [order, order] as [ConversationOrder, ConversationOrder]),
  ])('keeps the order %o', (given, kept) => {
    expect(listOf(draftOf({}, given)).orderBy).toEqual(kept);
  });

  it('makes what is mine each one’s own, where it is begun from a list', () => {
    expect(listOf(draftFrom({ status: 'OPEN', ownerId: 'user_me' }, undefined, 'user_me')).filter).toEqual({ status: 'OPEN', ownedByMe: true });
    expect(listOf(draftFrom({ ownerId: 'user_other' }, undefined, 'user_me')).filter).toEqual({ ownerId: 'user_other' });
    // One that was saved is as it was saved.
    expect(draftOf({ ownerId: 'user_me' }, undefined).owner).toBe('user_me');
  });
});
