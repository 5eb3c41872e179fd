import type { TicketPanelFragment } from '#generated';
import { PriorityPicker } from '../commands/PriorityPicker';
import { TicketOwner } from '../commands/OwnerPickers';
import { TicketStatusPicker } from '../commands/TicketStatusPicker';
import { useWords } from '../i18n/context';
import { hrefOf, type Route } from '../routes';
import { TicketLink } from '../ticket/TicketLink';
import { useTicketConversations } from '../thread/use-more-conversations';
import { MoreButton } from '../ui/ListEnd';
import { StatusDot } from '../ui/StatusDot';
import { Time } from '../ui/Time';
import { contactName } from '../words/actor';

interface Props {
  readonly ticket: TicketPanelFragment;
  readonly disabled: boolean;
  readonly conversationId: string;
  readonly routeTo: (id: string) => Route;
}

/** The fixed card of a ticket: the same for everybody. */
export function TicketCard({ ticket, disabled, conversationId, routeTo }: Props) {
  const { t } = useWords();
  const { conversations, state, more } = useTicketConversations(ticket);
  const siblings = conversations.filter(({ id }) => id !== conversationId);
  return (
    <section className="card" aria-labelledby="side-ticket">
      <h2 id="side-ticket">{t('side.ticket')}</h2>
      <TicketLink ticket={ticket} />
      <dl className="facts">
        <div>
          <dt>{t('field.status')}</dt>
          <dd>
            <TicketStatusPicker ticket={ticket} disabled={disabled} />
          </dd>
        </div>
        <div>
          <dt>{t('field.priority')}</dt>
          <dd>
            <PriorityPicker ticket={ticket} disabled={disabled} />
          </dd>
        </div>
        <div>
          <dt>{t('owner.label')}</dt>
          <dd>
            <TicketOwner ticket={ticket} disabled={disabled} />
          </dd>
        </div>
        <div>
          <dt>{t('field.created')}</dt>
          <dd>
            <Time at={ticket.createdAt} form="relative" />
          </dd>
        </div>
        <div>
          <dt>{t('field.activity')}</dt>
          <dd>
            <Time at={ticket.lastActivityAt} form="relative" />
          </dd>
        </div>
      </dl>
      {siblings.length > 0 && (
        <>
          <h3>{t('side.conversations', { count: ticket.conversations.totalCount })}</h3>
          <ul className="links">
            {siblings.map((sibling) => (
              <li key={sibling.id}>
                <a href={hrefOf(routeTo(sibling.id))}>
                  <StatusDot category={sibling.status} />
                  <span className="links-text">{contactName(sibling.contact, t)}</span>
                  <Time at={sibling.lastActivityAt} form="short" />
                </a>
              </li>
            ))}
          </ul>
          <MoreButton state={state} onMore={more} />
        </>
      )}
    </section>
  );
}
