import { useEffect } from 'react';
import { useQuery } from 'urql';
import { TicketScreenDocument } from '#generated';
import { useDesk } from '../desk-context';
import { useWords } from '../i18n/context';
import { NavigationButton } from '../shell/ScreenHead';
import { Empty, Failed, Skeleton } from '../ui/Notice';
import { Record } from './Record';

interface Props {
  readonly id: string;
  readonly onNavigation: () => void;
}

/** The record of a ticket, for which one opens a tab of its own. */
export function TicketRecord({ id, onNavigation }: Props) {
  const { t } = useWords();
  const { viewer } = useDesk();
  const [{ data, error }, refetch] = useQuery({ query: TicketScreenDocument, variables: { id }, requestPolicy: 'cache-and-network' });
  const ticket = data?.ticket;
  const title = ticket ? `#${ticket.number} ${ticket.name}` : null;
  useEffect(() => {
    if (title !== null) document.title = `${title} · ${viewer.account.name}`;
  }, [title, viewer.account.name]);

  if (ticket) return <Record ticket={ticket} onNavigation={onNavigation} />;
  return (
    <main className="pane record" aria-label={t('record.label')}>
      <NavigationButton onClick={onNavigation} />
      <h1 className="sr-only">{t('record.label')}</h1>
      {error && <Failed error={error} onRetry={() => refetch({ requestPolicy: 'network-only' })} />}
      {!error && !data && <Skeleton rows={6} shape="field" />}
      {!error && data && <Empty icon="ghost" title={t('record.notFound')} text={t('thread.notFoundText')} />}
    </main>
  );
}
