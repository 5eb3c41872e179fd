import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { type Client, type CombinedError, useClient } from 'urql';
import { type ConversationListQuery, ListEndDocument, OlderRowsDocument } from '#generated';
import { useDesk } from '../desk-context';
import { OlderRows, type Wanted } from './older-rows';
import { LONGEST_LIST, OLDER_PAGE } from './views';

type List = ConversationListQuery['conversations'];

/** How far the pages after the window have come. */
interface Progress {
  /** Behind which row the next page begins; null: behind the window. */
  readonly cursor: string | null;
  readonly state: 'more' | 'loading' | 'failed' | 'ended';
}

/**
 * A live list with the rows after its window, as far as they were asked for.
 * @param list The window; null while it is not there, or may still be made longer.
 */
export function useOlderRows(wanted: Wanted, list: List | null) {
  const client = useClient();
  const { feed, viewer } = useDesk();
  const [older] = useState(() => new OlderRows(wanted, viewer.user.id));
  const [progress, setProgress] = useState<Progress>({ cursor: null, state: 'more' });
  const [told, setTold] = useState(0);
  const over = useRef(new AbortController());

  useEffect(() => {
    over.current = new AbortController();
    const unsubscribe = feed.subscribe((cascade) => {
      if (older.tell(cascade)) setTold((count) => count + 1);
    });
    return () => {
      over.current.abort();
      unsubscribe();
    };
  }, [feed, older]);

  const { cursor, state } = progress;
  const isLonger = list !== null && list.totalCount > list.nodes.length;
  const more = useCallback(async () => {
    if (!isLonger || state === 'loading' || state === 'ended') return;
    setProgress({ cursor, state: 'loading' });
    const { signal } = over.current;
    const page = await fetchPage(client, wanted, cursor);
    if (signal.aborted) return;
    if ('error' in page) {
      setProgress({ cursor, state: 'failed' });
      return;
    }
    older.addPage(page.nodes, page.pageInfo.hasNextPage);
    setProgress({ cursor: page.pageInfo.endCursor ?? cursor, state: page.pageInfo.hasNextPage ? 'more' : 'ended' });
  }, [client, wanted, older, cursor, state, isLonger]);

  // What the feed told and what pages brought is in `older`.
  const rows = useMemo(() => list && older.after(list.nodes, list.totalCount), [older, list, told, progress]);
  return { rows, more, state: isLonger ? state : ('ended' as const) };
}

/** The page behind a row, or behind the window, whose end only the query knows to name. */
async function fetchPage(client: Client, wanted: Wanted, cursor: string | null) {
  const after = cursor ?? (await fetchEnd(client, wanted));
  if (typeof after !== 'string') return after;
  const { data, error } = await client.query(OlderRowsDocument, { ...wanted, first: OLDER_PAGE, after }, FRESH).toPromise();
  return data ? data.conversations : failure(error);
}

async function fetchEnd(client: Client, wanted: Wanted) {
  const { data, error } = await client.query(ListEndDocument, { ...wanted, first: LONGEST_LIST }, FRESH).toPromise();
  if (!data) return failure(error);
  const { pageInfo } = data.conversations;
  return pageInfo.endCursor ?? { nodes: [], pageInfo };
}

const FRESH = { requestPolicy: 'network-only' } as const;

function failure(error: CombinedError | undefined) {
  return { error };
}
