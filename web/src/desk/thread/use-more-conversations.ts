import { type ConversationLiveFragment, MoreOfTicketDocument, type MoreOfTicketQuery, MorePreviousDocument, type MorePreviousQuery } from '#generated';
import { usePages } from '../api/use-pages';

interface Connection {
  readonly nodes: readonly ConversationLiveFragment[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** All conversations of a ticket, as far as they were asked for. */
export function useTicketConversations(ticket: { readonly id: string; readonly conversations: Connection }) {
  const first = pageOf(ticket.conversations);
  const pages = usePages({
    document: MoreOfTicketDocument,
    variables: (after) => ({ id: ticket.id, after: after ?? '' }),
    pageOf: ofTicket,
    start: first.next ?? undefined,
    atFirst: 0,
  });
  return { ...pages, conversations: [...first.nodes, ...pages.pages.flatMap(({ nodes }) => nodes)] };
}

/** What else a contact has written about, as far as it was asked for. */
export function usePreviousConversations(conversation: { readonly id: string; readonly previousConversations: Connection }) {
  const first = pageOf(conversation.previousConversations);
  const pages = usePages({
    document: MorePreviousDocument,
    variables: (after) => ({ id: conversation.id, after: after ?? '' }),
    pageOf: ofContact,
    start: first.next ?? undefined,
    atFirst: 0,
  });
  return { ...pages, conversations: [...first.nodes, ...pages.pages.flatMap(({ nodes }) => nodes)] };
}

function ofTicket({ ticket }: MoreOfTicketQuery) {
  return ticket && pageOf(ticket.conversations);
}

function ofContact({ conversation }: MorePreviousQuery) {
  return conversation && pageOf(conversation.previousConversations);
}

function pageOf({ nodes, pageInfo }: Connection) {
  return { nodes, next: pageInfo.hasNextPage ? pageInfo.endCursor : null };
}
