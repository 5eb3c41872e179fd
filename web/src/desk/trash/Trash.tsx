import { useState } from 'react';
import { usePages } from '../api/use-pages';
import { RestoreFromTrashDocument, TrashDocument, type TrashQuery } from '#generated';
import { useDesk } from '../desk-context';
import { useWords } from '../i18n/context';
import { hrefOf, HOME, withConversation } from '../routes';
import { ScreenHead } from '../shell/ScreenHead';
import { TicketLink } from '../ticket/TicketLink';
import { Icon } from '../ui/Icon';
import { ListEnd } from '../ui/ListEnd';
import { Empty, Failed, Skeleton } from '../ui/Notice';
import { useNow } from '../ui/Time';
import { actorName, contactName } from '../words/actor';

type Group = TrashQuery['trash']['nodes'][number];
const PAGE = 25;

/** What was moved to the trash, in the groups in which it went there and comes back. */
export function Trash({ onNavigation }: { onNavigation: () => void }) {
  const { t } = useWords();
  const { pages, state, error, more } = usePages({
    document: TrashDocument,
    variables: (after) => ({ first: PAGE, after }),
    pageOf,
    start: null,
    atFirst: 1,
    policy: 'cache-and-network',
  });
  // While a page is fetched anew, a group may be on two of them.
  const groups = [...new Map(pages.flatMap(({ nodes }) => nodes).map((group) => [group.id, group])).values()];
  return (
    <main className="pane trash" aria-label={t('trash.title')}>
      <ScreenHead onNavigation={onNavigation}>
        <h1>{t('trash.title')}</h1>
        <p className="quiet">{t('trash.text')}</p>
      </ScreenHead>
      <div className="trash-scroll">
        {error && pages.length === 0 && <Failed error={error} onRetry={more} />}
        {!error && pages.length === 0 && <Skeleton rows={4} shape="row" />}
        {pages.length > 0 && groups.length === 0 && <Empty icon="trash" title={t('trash.empty')} text={t('trash.emptyText')} />}
        <ul className="trash-groups">
          {groups.map((group) => (
            <TrashGroup key={group.id} group={group} />
          ))}
        </ul>
        {groups.length > 0 && <ListEnd state={state} length={groups.length} onMore={more} ended={t('trash.all')} />}
      </div>
    </main>
  );
}

function pageOf({ trash: { nodes, pageInfo } }: TrashQuery) {
  return { nodes, next: pageInfo.hasNextPage ? pageInfo.endCursor : null };
}

function TrashGroup({ group }: { group: Group }) {
  const { t, dates } = useWords();
  const { commands, mayWrite } = useDesk();
  const [restoring, setRestoring] = useState(false);
  const now = useNow();
  const { id, ticket, conversations, trashedBy, trashedAt, purgeAt } = group;
  const restore = async () => {
    setRestoring(true);
    await commands.run(RestoreFromTrashDocument, { id });
    setRestoring(false);
  };
  return (
    <li className="card trash-group">
      <div className="trash-things">
        {ticket && <TicketLink ticket={ticket} />}
        <ul className="links">
          {conversations.map(({ id: conversationId, subject, contact, channel }) => (
            <li key={conversationId}>
              <a href={hrefOf(withConversation(HOME, conversationId))}>
                <Icon name={channel.kind} />
                <span className="links-text">
                  <strong>{contactName(contact, t)}</strong> {subject ?? t('row.noSubject')}
                </span>
              </a>
            </li>
          ))}
        </ul>
      </div>
      <div className="trash-foot">
        <p className="quiet">
          <span>{t('trash.by', { name: actorName(trashedBy, t), time: dates.relative(trashedAt, now) })}</span>
          <span title={dates.moment(purgeAt)}>{t('trash.purge', { time: dates.relative(purgeAt, now) })}</span>
        </p>
        {mayWrite && (
          <button type="button" className="button is-small" disabled={restoring} onClick={() => void restore()}>
            <Icon name="undo" /> {t('trash.restore')}
          </button>
        )}
      </div>
    </li>
  );
}
