import { useEffect, useMemo } from 'react';
import { EarlierInThreadDocument, type EarlierInThreadQuery, EarlierMessagesDocument, type EarlierMessagesQuery } from '#generated';
import { usePages } from '../api/use-pages';
import type { Conversation } from './ConversationPanes';
import { threadItems } from './thread-items';

/**
 * A thread from its newest part back to where one has scrolled. Of what happened as much is fetched as belongs
 * between the messages that are there.
 */
export function useEarlier({ id, messages, timeline }: Conversation) {
  const said = usePages({
    document: EarlierMessagesDocument,
    variables: (before) => ({ id, before: before ?? '' }),
    pageOf: messagesOf,
    start: messages.pageInfo.hasPreviousPage ? (messages.pageInfo.startCursor ?? undefined) : undefined,
    atFirst: 0,
  });
  const done = usePages({
    document: EarlierInThreadDocument,
    variables: (after) => ({ id, after: after ?? '' }),
    pageOf: eventsOf,
    start: timeline.pageInfo.hasNextPage ? (timeline.pageInfo.endCursor ?? undefined) : undefined,
    atFirst: 0,
  });
  const isWhole = said.state === 'ended';

  const allMessages = useMemo(() => distinct([...said.pages.flatMap(({ nodes }) => nodes).toReversed(), ...messages.nodes]), [said.pages, messages]);
  const allEvents = useMemo(() => distinct([...timeline.nodes, ...done.pages.flatMap(({ nodes }) => nodes)]), [done.pages, timeline]);
  const begin = isWhole ? '' : (allMessages[0]?.createdAt ?? '');
  const reached = allEvents.at(-1)?.occurredAt ?? '';
  const { state, more } = done;
  useEffect(() => {
    if (state === 'more' && reached > begin) more();
  }, [state, reached, begin, more]);

  const items = useMemo(() => threadItems(allMessages, allEvents, isWhole), [allMessages, allEvents, isWhole]);
  return { items, state: said.state, more: said.more };
}

/** The last one first, as pages further back follow. */
function messagesOf({ conversation }: EarlierMessagesQuery) {
  if (!conversation) return null;
  const { nodes, pageInfo } = conversation.messages;
  return { nodes: nodes.toReversed(), next: pageInfo.hasPreviousPage ? pageInfo.startCursor : null };
}

function eventsOf({ conversation }: EarlierInThreadQuery) {
  if (!conversation) return null;
  const { nodes, pageInfo } = conversation.timeline;
  return { nodes, next: pageInfo.hasNextPage ? pageInfo.endCursor : null };
}

function distinct<Item extends { readonly id: string }>(items: readonly Item[]): Item[] {
  return [...new Map(items.map((item) => [item.id, item])).values()];
}
