import { useWords } from '../i18n/context';
import { hrefOf, type Route, withConversation } from '../routes';
import { ListEnd } from '../ui/ListEnd';
import { Empty, Failed, Skeleton } from '../ui/Notice';
import { ConversationRow } from './ConversationRow';
import type { Wanted } from './older-rows';
import { useConversationList } from './use-conversation-list';
import { useRowKeys } from './use-row-keys';

interface Props {
  readonly route: Extract<Route, { screen: 'list' }>;
  /** What it lists; to list something else is another component. */
  readonly wanted: Wanted;
}

/** The conversations of a view or inbox: what happens anywhere moves them, adds to them or takes them out, at once. */
export function ConversationList({ route, wanted }: Props) {
  const { t } = useWords();
  const { rows, totalCount, error, again, state, more } = useConversationList(wanted);
  useRowKeys((rows ?? []).map(({ id }) => id), route, more);

  if (error) return <Failed error={error} onRetry={again} />;
  if (!rows) return <Skeleton rows={8} shape="row" />;
  if (rows.length === 0) return <EmptyList mine={route.list === 'mine' && !route.closed} />;
  return (
    <div className="list-scroll">
      <ul className="rows">
        {rows.map((conversation) => (
          <ConversationRow key={conversation.id} conversation={conversation} href={hrefOf(withConversation(route, conversation.id))} current={conversation.id === route.conversationId} />
        ))}
      </ul>
      <ListEnd state={state} length={rows.length} onMore={more} ended={t('list.all', { count: totalCount })} />
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
