import { useWords } from '../i18n/context';
import { hrefOf, HOME, withConversation } from '../routes';
import { useTicketConversations } from '../thread/use-more-conversations';
import { Avatar } from '../ui/Avatar';
import { Icon } from '../ui/Icon';
import { MoreButton } from '../ui/ListEnd';
import { Time } from '../ui/Time';
import { contactName } from '../words/actor';
import type { TicketOfRecord } from './Record';

/** The conversations of a ticket, each of which opens in the desk. */
export function RecordConversations({ ticket }: { ticket: TicketOfRecord }) {
  const { t } = useWords();
  const { conversations, state, more } = useTicketConversations(ticket);
  return (
    <section className="card" aria-labelledby="record-conversations">
      <h2 id="record-conversations">{t('record.conversations')}</h2>
      <ul className="links is-large">
        {conversations.map(({ id, subject, contact, status, channel, lastActivityAt }) => {
          const name = contactName(contact, t);
          return (
            <li key={id}>
              <a href={hrefOf(withConversation(HOME, id))}>
                <Avatar id={contact.id} name={name} contact size="small" />
                <span className="links-text">
                  <strong>{name}</strong>
                  <span>{subject ?? t('row.noSubject')}</span>
                </span>
                <Icon name={channel.kind} />
                <span className={`state is-${status.toLowerCase()}`}>{t(`status.${status}`)}</span>
                <Time at={lastActivityAt} form="short" />
              </a>
            </li>
          );
        })}
      </ul>
      <MoreButton state={state} onMore={more} />
    </section>
  );
}
