import { useRef, useState } from 'react';
import { useQuery } from 'urql';
import { ConversationListDocument, ConversationViewDocument } from '#generated';
import { useLive } from '../live/use-live';
import type { Wanted } from './older-rows';
import { useOlderRows } from './use-older-rows';
import { FIRST_PAGE, LONGEST_LIST } from './views';

/**
 * A list without an end. Its beginning is live: a view fills it in the cache and keeps it right, and what is shown
 * is read from there, so that a row and the open conversation never disagree. What comes after that is fetched.
 * @param wanted Always the same, for as long as the component is there.
 */
export function useConversationList(wanted: Wanted) {
  const [first, setFirst] = useState(FIRST_PAGE);
  const variables = { ...wanted, first };
  const live = useLive(ConversationViewDocument, variables);
  const [{ data }] = useQuery({ query: ConversationListDocument, variables, requestPolicy: 'cache-only' });
  // A longer window of the same list is on its way: the shorter one stays until then.
  const last = useRef(data?.conversations ?? null);
  if (data) last.current = data.conversations;
  const list = last.current;
  const isLongest = first === LONGEST_LIST && data !== undefined;
  const older = useOlderRows(wanted, isLongest ? list : null);
  const isLonger = list !== null && list.totalCount > list.nodes.length;
  return {
    rows: older.rows ?? list?.nodes ?? null,
    totalCount: list?.totalCount ?? 0,
    error: list ? null : live.error,
    again: live.again,
    /** Whether others follow the rows, and how it is with them. */
    state: isLongest ? older.state : isLonger ? ('more' as const) : ('ended' as const),
    /** Brings more rows; of no effect where there are none. */
    more: () => (isLongest ? void older.more() : setFirst(LONGEST_LIST)),
  };
}
