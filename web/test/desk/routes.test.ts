import { describe, expect, it } from 'vitest';
import { HOME, hrefOf, parseRoute, type Route, withConversation } from '../../src/desk/routes';

const routes: Route[] = [
  HOME,
  { screen: 'list', list: 'inbox_1', closed: true, conversationId: 'conversation_2' },
  { screen: 'search', text: 'brake & lever? 100%', conversationId: null },
  { screen: 'search', text: 'żółty', conversationId: 'conversation_2' },
  { screen: 'ticket', ticketId: 'ticket_9' },
  { screen: 'trash' },
];

describe('the address of a screen', () => {
  it.each(routes)('can be read again: %j', (route) => {
    expect(parseRoute(hrefOf(route))).toEqual(route);
  });

  it.each(['', '#', '#/', '#/nowhere', '#/tickets/', '#/tickets/conversation_1', '#/%E0%A4%A'])('leads home where it says nothing: %s', (hash) => {
    expect(parseRoute(hash)).toEqual(HOME);
  });

  it('keeps the list when a conversation is opened, and has one where there was none', () => {
    expect(withConversation({ screen: 'search', text: 'x', conversationId: null }, 'conversation_1')).toMatchObject({ screen: 'search', conversationId: 'conversation_1' });
    expect(withConversation({ screen: 'trash' }, 'conversation_1')).toEqual({ ...HOME, conversationId: 'conversation_1' });
  });
});
