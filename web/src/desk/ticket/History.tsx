import { useState } from 'react';
import { useQuery } from 'urql';
import { type CascadeWordsFragment, EarlierEventsDocument } from '#generated';
import { useDesk } from '../desk-context';
import { useWords } from '../i18n/context';
import { Avatar } from '../ui/Avatar';
import { Failed, Skeleton } from '../ui/Notice';
import { Time } from '../ui/Time';
import { actorName } from '../words/actor';
import { cascadeLines, cascadeSummary } from '../words/cascade';
import { CascadeLines } from '../words/CascadeLines';

interface Timeline {
  readonly nodes: readonly CascadeWordsFragment[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** All cascades that touched a ticket, newest first, each whole: what was done and what followed from it. */
export function History({ ticketId, timeline }: { ticketId: string; timeline: Timeline }) {
  const { t } = useWords();
  return (
    <section className="card" aria-labelledby="record-history">
      <h2 id="record-history">{t('record.history')}</h2>
      <ol className="history">
        <Events ticketId={ticketId} timeline={timeline} />
      </ol>
    </section>
  );
}

function Events({ ticketId, timeline: { nodes, pageInfo } }: { ticketId: string; timeline: Timeline }) {
  const { t } = useWords();
  const [wanted, setWanted] = useState(false);
  const { hasNextPage, endCursor } = pageInfo;
  return (
    <>
      {nodes.map((cascade) => (
        <Event key={cascade.id} cascade={cascade} />
      ))}
      {hasNextPage && endCursor && !wanted && (
        <li>
          <button type="button" className="button is-ghost is-small" onClick={() => setWanted(true)}>
            {t('record.earlier')}
          </button>
        </li>
      )}
      {wanted && endCursor && <EarlierEvents ticketId={ticketId} after={endCursor} />}
    </>
  );
}

function EarlierEvents({ ticketId, after }: { ticketId: string; after: string }) {
  const [{ data, error }, refetch] = useQuery({ query: EarlierEventsDocument, variables: { id: ticketId, after } });
  const timeline = data?.ticket?.timeline;
  if (timeline) return <Events ticketId={ticketId} timeline={timeline} />;
  return <li>{error ? <Failed error={error} onRetry={() => refetch({ requestPolicy: 'network-only' })} /> : <Skeleton rows={2} shape="field" />}</li>;
}

function Event({ cascade }: { cascade: CascadeWordsFragment }) {
  const { t } = useWords();
  const { definitions } = useDesk();
  const { actor, occurredAt, undoneBy, effects } = cascade;
  const name = actorName(actor, t);
  const isMessage = effects.every(({ __typename }) => __typename === 'MessageAdded');
  const speaker = { t, definitions };
  return (
    <li className={undoneBy ? 'is-undone' : ''}>
      <Avatar id={'id' in actor ? actor.id : ''} name={name} size="small" contact={actor.__typename === 'Contact'} />
      <div>
        <p className="history-head">
          <strong>{name}</strong>
          {isMessage && <span className="history-message">{cascadeSummary(cascade, speaker)}</span>}
          {undoneBy && <em>{t('record.undone')}</em>}
          <Time at={occurredAt} form="relative" />
        </p>
        {!isMessage && <CascadeLines lines={cascadeLines(cascade, speaker)} rules />}
      </div>
    </li>
  );
}
