import { useEffect, useRef, useState } from 'react';
import { useDesk } from '../desk-context';
import { useWords } from '../i18n/context';
import { type Route, withConversation } from '../routes';
import { Empty, Failed, Skeleton } from '../ui/Notice';
import { ConversationRow } from './ConversationRow';
import { useConversationList } from './use-conversation-list';
import { useRowKeys } from './use-row-keys';
import { filterOf, FIRST_PAGE, LONGEST_LIST, savedList } from './views';

/** The conversations of a view or inbox: what happens anywhere moves them, adds to them or takes them out, at once. */
export function ConversationList({ route }: { route: Extract<Route, { screen: 'list' }> }) {
  const { t } = useWords();
  const { viewer, savedViews } = useDesk();
  const [first, setFirst] = useState(FIRST_PAGE);
  const saved = savedViews.find(({ id }) => id === route.list);
  const { list, error, again } = useConversationList(saved ? savedList(saved) : { filter: filterOf(route.list, route.closed, viewer.user.id) }, first);
  const end = useRef<HTMLDivElement>(null);
  const nodes = list?.nodes ?? [];
  const more = list !== null && list.totalCount > nodes.length && nodes.length >= first;
  useRowKeys(nodes.map(({ id }) => id), route);

  useEffect(() => {
    if (!more || !end.current || first >= LONGEST_LIST) return;
    const observer = new IntersectionObserver(([entry]) => {
      if (entry?.isIntersecting) setFirst((count) => Math.min(count + FIRST_PAGE, LONGEST_LIST));
    });
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [more, first]);

  if (error) return <Failed error={error} onRetry={again} />;
  if (!list) return <Skeleton rows={8} shape="row" />;
  if (nodes.length === 0) return <EmptyList mine={route.list === 'mine' && !route.closed} />;
  return (
    <div className="list-scroll">
      <ul className="rows">
        {nodes.map((conversation) => (
          <ConversationRow key={conversation.id} conversation={conversation} to={withConversation(route, conversation.id)} current={conversation.id === route.conversationId} />
        ))}
      </ul>
      <div ref={end} className="list-end">
        {more && first >= LONGEST_LIST && t('list.most', { count: nodes.length })}
      </div>
    </div>
  );
}

function EmptyList({ mine }: { mine: boolean }) {
  const { t } = useWords();
  return mine ? (
    <Empty icon="check" title={t('list.emptyMine')} text={t('list.emptyMineText')} />
  ) : (
    <Empty icon="inbox" title={t('list.empty')} text={t('list.emptyText')} />
  );
}
