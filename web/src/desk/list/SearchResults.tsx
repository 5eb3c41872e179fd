import { useState } from 'react';
import { useQuery } from 'urql';
import { SearchDocument, type SearchQuery, type TicketLiveFragment } from '../api/generated';
import { useWords } from '../i18n/context';
import { hrefOf, type Route, withConversation } from '../routes';
import { Icon } from '../ui/Icon';
import { Empty, Failed, Skeleton } from '../ui/Notice';
import { StatusDot } from '../ui/StatusDot';
import { Time } from '../ui/Time';
import { ConversationRow } from './ConversationRow';
import { useRowKeys } from './use-row-keys';

const PAGE = 25;

type SearchRoute = Extract<Route, { screen: 'search' }>;
type Found = SearchQuery['search']['edges'][number];

/** What a search found, best first. */
export function SearchResults({ route }: { route: SearchRoute }) {
  const { t } = useWords();
  const [first, setFirst] = useState(PAGE);
  const variables = { text: route.text, first };
  const [{ data, error, fetching }, refetch] = useQuery({ query: SearchDocument, variables, requestPolicy: 'cache-and-network' });
  const edges = data?.search.edges ?? [];
  useRowKeys(edges.flatMap(({ node }) => (node.__typename === 'Conversation' ? [node.id] : [])), route);

  if (error && !data) return <Failed error={error} onRetry={() => refetch({ requestPolicy: 'network-only' })} />;
  if (!data) return <Skeleton rows={6} shape="row" />;
  if (edges.length === 0 && !fetching) {
    return <Empty icon="search" title={t('search.empty', { text: route.text })} text={t('search.emptyText')} />;
  }
  return (
    <div className="list-scroll">
      <ul className="rows">
        {edges.map((found) => (
          <FoundRow key={found.node.id} found={found} route={route} />
        ))}
      </ul>
      {data.search.pageInfo.hasNextPage && first < 100 && (
        <button type="button" className="button is-ghost list-more" onClick={() => setFirst(first + PAGE)}>
          {t('action.more')}
        </button>
      )}
    </div>
  );
}

function FoundRow({ found: { node, excerpt }, route }: { found: Found; route: SearchRoute }) {
  if (node.__typename === 'Ticket') return <TicketRow ticket={node} excerpt={excerpt} />;
  return (
    <ConversationRow conversation={node} to={withConversation(route, node.id)} current={node.id === route.conversationId}>
      <Excerpt parts={excerpt} />
    </ConversationRow>
  );
}

/** The text in which it was found, with what was looked for marked. */
function Excerpt({ parts }: { parts: Found['excerpt'] }) {
  return parts.map(({ text, found }, index) => (found ? <mark key={index}>{text}</mark> : <span key={index}>{text}</span>));
}

function TicketRow({ ticket, excerpt }: { ticket: TicketLiveFragment; excerpt: Found['excerpt'] }) {
  const { t } = useWords();
  return (
    <li className="row">
      <a href={hrefOf({ screen: 'ticket', ticketId: ticket.id })} target="_blank" rel="noreferrer">
        <span className="row-ticket">
          <Icon name="ticket" />
        </span>
        <span className="row-main">
          <span className="row-line">
            <strong className="row-name">{ticket.name}</strong>
            <span className="row-time">
              <Time at={ticket.lastActivityAt} form="short" />
            </span>
          </span>
          <span className="row-excerpt is-found">
            <Excerpt parts={excerpt} />
          </span>
          <span className="row-line">
            <span className="chip is-first">
              <StatusDot category={ticket.ticketStatus.category} />#{ticket.number}
              <span className="chip-text">{ticket.ticketStatus.name}</span>
            </span>
            <span className="sr-only">{t('ticket.record')}</span>
          </span>
        </span>
      </a>
    </li>
  );
}
