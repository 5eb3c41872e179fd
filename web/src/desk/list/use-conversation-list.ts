import { useRef } from 'react';
import { useQuery } from 'urql';
import { type ConversationFilter, ConversationListDocument, type ConversationOrder, ConversationViewDocument } from '../api/generated';
import { useLive } from '../live/use-live';

interface Wanted {
  readonly filter: ConversationFilter;
  readonly orderBy?: ConversationOrder;
}

/**
 * A live list: its view fills the list in the cache and keeps it right, and what is shown is read from there, so
 * that a row and the open conversation never disagree.
 */
export function useConversationList(wanted: Wanted, first: number) {
  const variables = { ...wanted, first };
  const live = useLive(ConversationViewDocument, variables);
  const [{ data }] = useQuery({ query: ConversationListDocument, variables, requestPolicy: 'cache-only' });
  const of = JSON.stringify(wanted);
  // A longer page of the same list is on its way: the shorter one stays until then.
  const last = useRef({ of, list: data?.conversations ?? null });
  if (data) last.current = { of, list: data.conversations };
  const list = last.current.of === of ? last.current.list : null;
  return { list, error: list ? null : live.error, again: live.again };
}
