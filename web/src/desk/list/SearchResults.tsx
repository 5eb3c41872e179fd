import { usePages } from '../api/use-pages';
import { SearchDocument, type SearchQuery, type TicketLiveFragment } from '#generated';
import { useWords } from '../i18n/context';
import { hrefOf, type Route, withConversation } from '../routes';
import { Icon } from '../ui/Icon';
import { ListEnd } from '../ui/ListEnd';
import { Empty, Failed, Skeleton } from '../ui/Notice';
import { StatusDot } from '../ui/StatusDot';
import { Time } from '../ui/Time';
import { ConversationRow } from './ConversationRow';
import { useRowKeys } from './use-row-keys';

const PAGE = 25;

type SearchRoute = Extract<Route, { screen: 'search' }>;
type Found = SearchQuery['search']['edges'][number];

/** What a search found, best first. To search for something else is another component. */
export function SearchResults({ route }: { route: SearchRoute }) {
  const { t } = useWords();
  const { pages, state, error, more } = usePages({
    document: SearchDocument,
    variables: (after) => ({ text: route.text, first: PAGE, after }),
    pageOf,
    start: null,
    atFirst: 1,
    policy: 'cache-and-network',
  });
  // What was found may have moved to another page since.
  const edges = [...new Map(pages.flatMap((page) => page.edges).map((edge) => [edge.node.id, edge])).values()];
  useRowKeys(edges.flatMap(({ node }) => (node.__typename === 'Conversation' ? [node.id] : [])), route, more);

  if (pages.length === 0) return error ? <Failed error={error} onRetry={more} /> : <Skeleton rows={6} shape="row" />;
  if (edges.length === 0) {
    return <Empty icon="search" title={t('search.empty', { text: route.text })} text={t('search.emptyText')} />;
  }
  return (
    <div className="list-scroll">
      <ul className="rows">
        {edges.map((found) => (
          <FoundRow key={found.node.id} found={found} route={route} />
        ))}
      </ul>
      <ListEnd state={state} length={edges.length} onMore={more} ended={t('search.all', { count: edges.length })} />
    </div>
  );
}

function pageOf({ search: { edges, pageInfo } }: SearchQuery) {
  return { edges, next: pageInfo.hasNextPage ? pageInfo.endCursor : null };
}

function FoundRow({ found: { node, excerpt }, route }: { found: Found; route: SearchRoute }) {
  if (node.__typename === 'Ticket') return <TicketRow ticket={node} excerpt={excerpt} />;
  return (
    <ConversationRow conversation={node} href={hrefOf(withConversation(route, node.id))} current={node.id === route.conversationId}>
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
